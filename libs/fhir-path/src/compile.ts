// FHIRPath N1 (http://hl7.org/fhirpath/N1) as FHIR R4 search parameters use it.
import { isDeepStrictEqual } from 'node:util';
import type { Chain } from './chain.js';
import { chains, follower } from './chains.js';
import { condition } from './condition.js';
import type { Element, Extract, PathResult } from './element.js';
import { fallback } from './fallback.js';
import { Unsupported } from './lexer.js';
import { placeAt } from './model.js';
import { parse } from './parse.js';
import { referenceTarget } from './reference-target.js';
import type { Expression } from './syntax.js';

/**
 * Compiles an expression that is evaluated on resources of a type, or relative to a definition path
 * (`Observation.component`). Parts of a union that begin with another type select nothing. What the own compiler does not
 * read is left to fhirpath.js, with bounded time per evaluation.
 * @throws Error if it is no FHIRPath at all; what is left to fhirpath.js throws PathError when it fails or is stopped.
 */
export function compile(expression: string, context: string): Extract {
  const selects = elements(expression, context).map(withTarget);
  if (selects.length === 1 && !expression.includes('|')) return selects[0]!;
  return (resource, root) => distinct(selects.flatMap((select) => select(resource, root)));
}

/** The elements that an expression selects, each with its own extract; none if all parts begin with another type. */
export function elements(expression: string, context: string): Element[] {
  try {
    return compiled(parse(expression), expression, context);
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    return [{ key: `=${expression}`, types: [], single: false, select: fallback(expression, context) }];
  }
}

function compiled(expression: Expression, text: string, context: string): Element[] {
  const focus = placeAt(context);
  const resource = placeAt(context.split('.')[0]!);
  if (expression.kind === 'union' || expression.kind === 'path') {
    if (expression.kind !== 'path' || expression.steps.at(-1)?.kind !== 'exists') {
      return grouped(chains(expression, focus, resource));
    }
  }
  const holds = condition(expression, focus, resource);
  const select: Extract = (value, root = value) => {
    const answer = holds(value, root);
    return answer === undefined ? [] : [{ value: answer, type: 'boolean' }];
  };
  return [{ key: `=${text}`, types: ['boolean'], single: true, select }];
}

/** Chains that differ only in the type of a choice are one element. */
function grouped(all: Chain[]): Element[] {
  const groups = Map.groupBy(all, ({ label, target }) => `${label} ${target ?? ''}`);
  return [...groups.values()].map(element);
}

function element(group: Chain[]): Element {
  const types = [...new Set(group.map(({ place }) => place.type))].sort();
  const { label, target, place } = group[0]!;
  return {
    key: `${label}{${types.join()}}`,
    types,
    ...(target === undefined ? {} : { target }),
    ...(group.length === 1 ? { context: place.path } : {}),
    single: group.every(({ links }) => links.every(({ repeats, index }) => !repeats || index !== undefined)),
    select: follower(group),
  };
}

function withTarget({ target, select }: Element): Extract {
  if (target === undefined) return select;
  return (resource, root = resource) =>
    select(resource, root).filter(({ value }) => referenceTarget(value, root) === target);
}

/** A union drops equal values; without one there is nothing to compare. */
function distinct(results: PathResult[]): PathResult[] {
  const kept: PathResult[] = [];
  for (const result of results) {
    if (!kept.some(({ value }) => value === result.value || isDeepStrictEqual(value, result.value))) kept.push(result);
  }
  return kept;
}
