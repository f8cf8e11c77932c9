// IPS 2.0.0 and mCODE 4.0.0: their own examples, and those examples broken in what only the profiles ask.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '#libs/fhir-json';
import { addPackage, Definitions, PackageSet, validateResource } from '#libs/validation';
import { archiveFiles } from '../src/package/tar.js';
import { brokenBy } from './package-mutation.js';

/** Where `npm pack` put the packages. */
const folder = process.env.HOLDFAST_FHIR_PACKAGES;
const kept = mkdtempSync(join(tmpdir(), 'holdfast-packages-'));
afterAll(() => rmSync(kept, { recursive: true }));

/** Defects of the packages' own examples, each with its reason. */
const KNOWN: Record<string, string> = {
  'Observation-body-surface-area-example.json': 'the unit m^2 is not of UCUM, which writes m2',
};

interface Example {
  file: string;
  resource: JsonObject;
}

function files(archive: string, pattern: RegExp): Example[] {
  const all = [...archiveFiles(readFileSync(archive))].filter(({ path }) => pattern.test(path));
  return all.map(({ path, content }) => ({ file: path.split('/').at(-1)!, resource: JSON.parse(content.toString()) }));
}

function errors(resource: JsonObject, definitions: Definitions) {
  return validateResource(resource, { definitions }).filter(({ severity }) => severity === 'error');
}

/** Elements directly under the resource that the profile requires and the type does not. */
function requiredBy(profile: JsonObject | undefined): string[] {
  const { element = [] } = (profile?.snapshot ?? {}) as {
    element?: { path: string; id: string; min: number; base: { min: number } }[];
  };
  return element
    .filter(({ path, id, min, base }) => path.split('.').length === 2 && !id.includes(':') && min > 0 && base.min === 0)
    .map(({ path }) => path.split('.')[1]!);
}

const names =
  folder === undefined ? [] : readdirSync(folder).filter((name) => /^hl7\.fhir\.u[vs]\..*\.tgz$/.test(name));

describe.each(names.length > 0 ? names : ['HOLDFAST_FHIR_PACKAGES must name a folder with FHIR packages'])(
  '%s',
  (name) => {
    const archive = join(folder ?? '', name);
    const place = join(kept, name);

    test('has examples that are valid, and are not without what the profiles require', () => {
      addPackage(archive, place);
      const definitions = new Definitions(new PackageSet(place));
      const profiles = new Map(
        files(archive, /^package\/StructureDefinition-/).map(({ resource }) => [resource.url, resource]),
      );
      const examples = files(archive, /^package\/example\/[A-Z].*\.json$/);
      expect(examples.length).toBeGreaterThan(40);
      const refused = examples
        .filter(({ resource }) => errors(resource, definitions).length > 0)
        .map(({ file }) => file);
      expect(refused).toEqual(refused.filter((file) => file in KNOWN));
      const broken = examples.flatMap((each) => without(each, profiles));
      const missed = broken.filter(({ resource }) => !isFoundAtTop(errors(resource, definitions), resource));
      expect(missed.map(({ file }) => file)).toEqual([]);
      expect(broken.length).toBeGreaterThan(30);
    });

    test('has examples that are not valid with a value, a slice or a child that their profiles do not allow', () => {
      addPackage(archive, place);
      const definitions = new Definitions(new PackageSet(place));
      const profiles = new Map(
        files(archive, /^package\/StructureDefinition-/).map(({ resource }) => [resource.url, resource]),
      );
      const all = files(archive, /^package\/example\/[A-Z].*\.json$/).flatMap(({ file, resource }) =>
        claimedBy(resource).flatMap((url) => brokenBy(resource, profiles.get(url)).map((each) => ({ file, ...each }))),
      );
      const missed = all.filter(
        ({ resource, within }) =>
          !errors(resource, definitions).some(({ expression }) => expression?.[0]?.startsWith(within)),
      );
      expect(missed.map(({ file, what }) => `${file}: ${what}`)).toEqual([]);
      expect(all.length).toBeGreaterThan(50);
    });
  },
);

function isFoundAtTop(found: ReturnType<typeof errors>, { resourceType }: JsonObject): boolean {
  return found.some(({ expression }) => expression?.[0] === resourceType);
}

/** URLs without version. */
function claimedBy({ meta }: JsonObject): string[] {
  const claimed = ((meta as JsonObject | undefined)?.profile ?? []) as string[];
  return claimed.map((url) => url.split('|')[0]!);
}

/** Copies of an example, each without one element that a profile which it claims requires. */
function without({ file, resource }: Example, profiles: ReadonlyMap<unknown, JsonObject>): Example[] {
  const required = claimedBy(resource).flatMap((url) => requiredBy(profiles.get(url)));
  return required.flatMap((element) => {
    const stem = element.replace('[x]', '');
    const isIt = (key: string) => key === element || (stem !== element && key.replace(/^_/, '').startsWith(stem));
    const kept = Object.entries(resource).filter(([key]) => !isIt(key) && key !== `_${element}`);
    const isThere = kept.length < Object.keys(resource).length;
    return isThere ? [{ file: `${file} without ${element}`, resource: Object.fromEntries(kept) }] : [];
  });
}
