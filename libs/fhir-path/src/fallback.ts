// FHIRPath N1, the whole of it, by fhirpath.js.
import { createRequire } from 'node:module';
import { createContext, Script } from 'node:vm';
import type * as Engine from 'fhirpath';
import type { Extract, PathResult } from './element.js';

/** One evaluation may take this long, on a busy machine too. */
const MILLISECONDS = 1000;

/** An evaluation was stopped or failed; the message names neither expression nor data. */
export class PathError extends Error {
  override readonly name = 'PathError';
}

const load = createRequire(import.meta.url);

/** The engine is 100 times slower than the own compiler and slow to load, so it is loaded when first needed. */
export function fallback(expression: string, context: string): Extract {
  const { compile, types, resolveInternalTypes } = load('fhirpath') as typeof Engine;
  const model = load('fhirpath/fhir-context/r4') as Engine.Model;
  const path = context.includes('.') ? { base: context, expression } : expression;
  const evaluate = compile(path, model, { async: false, resolveInternalTypes: false });
  return (resource, root = resource) => {
    const found = bounded(() => evaluate(resource, { resource: root }) as unknown[]);
    return found.map((node) => result(node, types, resolveInternalTypes));
  };
}

function result(node: unknown, types: typeof Engine.types, plain: typeof Engine.resolveInternalTypes): PathResult {
  const [type = 'unknown'] = types([node]);
  const [value] = plain([node]) as unknown[];
  return {
    value,
    type: type
      .replace(/^(FHIR|System)\./, '')
      .replace(/^(Boolean|String|Integer|Decimal|Date|DateTime|Time)$/, lowerFirst),
  };
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** Only the vm module can stop synchronous code; the time limit also covers functions from outside its context. */
function bounded(evaluate: () => unknown[]): unknown[] {
  sandbox.call = evaluate;
  try {
    return invoke.runInContext(context, { timeout: MILLISECONDS }) as unknown[];
  } catch (error) {
    const late = (error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
    throw new PathError(
      late ? `An expression took longer than ${MILLISECONDS} ms` : 'An expression cannot be evaluated',
    );
  } finally {
    sandbox.call = undefined;
  }
}

const sandbox: { call: (() => unknown[]) | undefined } = Object.create(null);
sandbox.call = undefined;
const context = createContext(sandbox);
const invoke = new Script('call()');
