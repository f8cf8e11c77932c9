import type { Node } from '#libs/fhir-path';
import type { Members } from '../document/json.js';
import type { Scope } from '../document/surroundings.js';

/** A resource that was met. */
export interface ResourceVisit {
  readonly value: Members;
  readonly at: string;
  readonly scope: Scope;
}

/** An extension that was met. */
export interface ExtensionVisit extends ResourceVisit {
  /** The names under which its holder is known: `HumanName`, `Patient.name`. */
  readonly paths: readonly string[];
  readonly holder: Node;
}

/** What a walk met, for checks that need to have seen the whole document. */
export class Visits {
  readonly resources: ResourceVisit[] = [];
  readonly extensions: ExtensionVisit[] = [];
}
