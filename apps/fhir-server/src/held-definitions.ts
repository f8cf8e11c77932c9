import { Definitions, PackageSet } from '#libs/validation';

/**
 * FHIR R4 and the packages in a folder.
 * @throws Error with one plain sentence where a required profile is not held, or not on its type: nothing could be stored then.
 */
export function heldDefinitions(folder: string, required: Readonly<Record<string, readonly string[]>>): Definitions {
  const definitions = new Definitions(new PackageSet(folder));
  for (const [type, urls] of Object.entries(required)) {
    for (const url of urls) checkHeld(definitions, type, url);
  }
  return definitions;
}

function checkHeld(definitions: Definitions, type: string, url: string): void {
  const profile = definitions.profiles.get(url);
  if (!profile) {
    throw new Error(
      `REQUIRED_PROFILES names ${url}, which is not held: add its package with \`holdfast package add\`, and those it builds on.`,
    );
  }
  if (profile.type !== type)
    throw new Error(`REQUIRED_PROFILES requires ${url} of ${type}, but it is a profile on ${profile.type}.`);
}
