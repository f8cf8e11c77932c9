// FHIR R4, ElementDefinition.constraint.expression: https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.constraint.expression

import { fallback } from './fallback.js';
import type { Environment, Run } from './n1/environment.js';
import { type Item, isNode, type Node } from './n1/item.js';
import { PathSyntaxError } from './n1/lexer.js';
import { make } from './n1/make.js';
import { parseTree } from './n1/parse.js';
import { truth } from './n1/value.js';

/**
 * Whether a constraint holds on an element. Where an expression is empty it says nothing of the element, and so it holds:
 * that is how the constraints of FHIR itself are written (bdl-8).
 * @throws OutOfSteps when `environment.steps` are used up, PathError when what is left to fhirpath.js fails or takes too long.
 */
export type Invariant = (element: Node, environment: Environment) => boolean;

/**
 * Compiles a constraint's expression. What the own engine does not know (quantities, functions of later editions) is left
 * to fhirpath.js, which is slow and knows no `%rootResource`.
 * @throws Error if it is no FHIRPath at all.
 */
export function invariant(expression: string, type: string): Invariant {
  const run = made(expression);
  if (run) {
    return (element, environment) => truth(run([element], environment)) !== false;
  }
  const evaluate = fallback(expression, type);
  return (element, { resource }) => {
    const { value } = element;
    if (typeof value !== 'object' || value === null) return true;
    const found = evaluate(value, resource.value as object);
    return found.length > 0 && found.every((each) => each.value !== false);
  };
}

/**
 * Compiles an expression that selects elements.
 * @throws PathSyntaxError for what the own engine does not know.
 */
export function selection(expression: string): (element: Node, environment: Environment) => Node[] {
  const run = make(parseTree(expression));
  return (element, environment) => run([element], environment).filter((item: Item): item is Node => isNode(item));
}

/** What is wrong with the syntax of an expression, undefined if nothing is. Functions and variables are not looked at. */
export function syntaxFault(expression: string): string | undefined {
  try {
    parseTree(expression);
    return undefined;
  } catch (error) {
    if (!(error instanceof PathSyntaxError)) throw error;
    return error.message;
  }
}

function made(expression: string): Run | undefined {
  try {
    return make(parseTree(expression));
  } catch (error) {
    if (error instanceof PathSyntaxError) return undefined;
    throw error;
  }
}
