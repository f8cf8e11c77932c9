import {
  codeSystem,
  coreProfile,
  DEFINITIONS_VERSION,
  type Profile,
  structure,
  valueSetDefinition,
} from '#libs/fhir-definitions';
import { Profiles } from './profile/profiles.js';
import type { TerminologySource } from './terminology/source.js';
import { Terminology, withoutVersion } from './terminology/terminology.js';

/** Where profiles and terminology are looked up beside what FHIR R4 itself defines: a set of packages. */
export interface DefinitionSource extends TerminologySource {
  /** Changes with what is in it; empty for nothing. */
  readonly version: string;
  profile(url: string): Profile | undefined;
}

/** What resources are validated against: FHIR R4 and, before it, the packages of a hospital. Keeps what it made ready. */
export class Definitions {
  readonly terminology: Terminology;
  /** Names what resources are validated against: FHIR R4 as slimmed, and the packages if there are any. */
  readonly version: string;
  /** Profiles made ready. */
  readonly profiles: Profiles;

  constructor(private readonly source?: DefinitionSource) {
    this.version = source?.version ? `${DEFINITIONS_VERSION}+${source.version}` : DEFINITIONS_VERSION;
    this.profiles = new Profiles(this);
    this.terminology = new Terminology({
      codeSystem: (url) => source?.codeSystem(url) ?? codeSystem(url),
      valueSet: (url) => source?.valueSet(url) ?? valueSetDefinition(url),
    });
  }

  /** A profile or extension by its canonical URL; a version that is not the one held finds nothing. */
  profile(canonical: string): Profile | undefined {
    const url = withoutVersion(canonical);
    const version = canonical.slice(url.length + 1);
    const found = this.source?.profile(url) ?? coreProfile(url);
    return version === '' || found?.version === undefined || matches(found.version, version) ? found : undefined;
  }

  /** The name of the type that a URL defines, if it is one of FHIR R4. */
  typeOf(canonical: string): string | undefined {
    const name = withoutVersion(canonical).replace('http://hl7.org/fhir/StructureDefinition/', '');
    return structure(name) ? name : undefined;
  }
}

/** `1.0` names every 1.0.x. */
function matches(held: string, wanted: string): boolean {
  return held === wanted || held.startsWith(`${wanted}.`);
}

let core: Definitions | undefined;

/** FHIR R4 and nothing else. */
export function coreDefinitions(): Definitions {
  core ??= new Definitions();
  return core;
}
