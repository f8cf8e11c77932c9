// FHIR R4, StructureDefinition and ElementDefinition: the parts of them that a server computes with.
import { generatedPart } from './generated-part.js';

export interface ElementType {
  /** A FHIR type such as `CodeableConcept`; of a primitive's `value` a FHIRPath type such as `http://hl7.org/fhirpath/System.String`. */
  readonly code: string;
  readonly profile?: readonly string[];
  readonly targetProfile?: readonly string[];
}

export interface ElementBinding {
  readonly strength: 'required' | 'extensible' | 'preferred' | 'example';
  /** Canonical URL of the value set, without version. */
  readonly valueSet?: string;
}

export interface ElementConstraint {
  readonly key: string;
  readonly severity: 'error' | 'warning';
  readonly human: string;
  readonly expression?: string;
}

export interface ElementDefinition {
  /** `Observation.value[x]`, and of the root just the type's name. */
  readonly path: string;
  readonly min: number;
  /** `0`, `1` or `*`. */
  readonly max: string;
  readonly type?: readonly ElementType[];
  /** The path of the element whose content this one has, such as `Questionnaire.item`; then there is no `type`. */
  readonly contentReference?: string;
  readonly binding?: ElementBinding;
  /** Those stated on this very element; what it inherits stands with its type and the base of its type. */
  readonly constraint?: readonly ElementConstraint[];
  readonly isModifier?: true;
  readonly isSummary?: true;
  /** `xmlAttr` and `xhtml` have no `_name` sibling in JSON. */
  readonly representation?: readonly string[];
}

export interface StructureDefinition {
  readonly url: string;
  readonly name: string;
  readonly type: string;
  readonly kind: 'primitive-type' | 'complex-type' | 'resource';
  readonly abstract: boolean;
  readonly baseDefinition?: string;
  readonly derivation?: 'specialization' | 'constraint';
  readonly snapshot: { readonly element: readonly ElementDefinition[] };
}

const structures = generatedPart<Record<string, StructureDefinition>>('structures');

let concrete: ReadonlySet<string> | undefined;

/** The 146 types a resource of FHIR R4 can have; not the abstract `Resource` and `DomainResource`. */
export function resourceTypes(): ReadonlySet<string> {
  concrete ??= new Set(
    Object.values(structures())
      .filter(({ kind, abstract }) => kind === 'resource' && !abstract)
      .map(({ type }) => type),
  );
  return concrete;
}

/** The definition of a resource, data type or primitive of FHIR R4 by its name, the abstract ones included. */
export function structure(type: string): StructureDefinition | undefined {
  const all = structures();
  return Object.hasOwn(all, type) ? all[type] : undefined;
}
