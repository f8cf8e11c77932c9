// FHIR R4, ElementDefinition.constraint: https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.constraint
import type { ElementConstraint } from '#libs/fhir-definitions';
import { type Invariant, invariant, PathError } from '#libs/fhir-path';

/** A constraint made ready. */
export interface Constraint {
  readonly key: string;
  readonly severity: 'error' | 'warning';
  readonly human: string;
  readonly expression: string;
  readonly holds: Invariant;
}

/** Those that have checks of their own: the structure's, the narrative's, and two that would cost too much as FHIRPath. */
const CHECKED_ELSEWHERE = new Set(['ele-1', 'ext-1', 'dom-2', 'dom-3', 'ref-1', 'txt-1', 'txt-2']);

const compiled = new Map<string, Invariant>();

/** Those that are FHIRPath; a few of the standard are only prose. */
export function constraints(all: readonly ElementConstraint[], path: string): readonly Constraint[] {
  return all.filter(({ key }) => !CHECKED_ELSEWHERE.has(key)).flatMap((each) => constraint(each, path));
}

/** None where there is no expression. An expression that is no FHIRPath makes a constraint that throws PathError. */
export function constraint({ key, severity, human, expression }: ElementConstraint, path: string): Constraint[] {
  return expression === undefined ? [] : [{ key, severity, human, expression, holds: holdsOf(expression, path) }];
}

function holdsOf(expression: string, path: string): Invariant {
  let made = compiled.get(expression);
  if (!made) {
    made = invariantOr(expression, path);
    compiled.set(expression, made);
  }
  return made;
}

function invariantOr(expression: string, path: string): Invariant {
  try {
    return invariant(expression, path);
  } catch {
    return () => {
      throw new PathError('An expression is no FHIRPath');
    };
  }
}
