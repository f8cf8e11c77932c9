// FHIR R4 fhirpatch.html: which FHIRPath may name an element of the patched resource.
import { type Environment, type Node, OutOfSteps, PathSyntaxError, selection } from '#libs/fhir-path';
import { malformed, PatchError } from '../patch-error.js';
import type { Work } from '../work.js';

const LONGEST = 1000;
const STEPS = 500_000;
/** In characters that are read. */
const COST_OF_STEP = 20;

/** Functions that stay within the resource and take time in proportion to what they look at. */
const FUNCTIONS = new Set(
  'where first last tail skip take single ofType as is exists empty not all count extension hasValue startsWith endsWith contains'.split(
    ' ',
  ),
);
const QUOTED = /'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/g;
const CALL = /([A-Za-z_]\w*)\s*\(/g;
const OPERATORS = new Set(['and', 'or', 'xor', 'implies', 'in', 'contains', 'is', 'as', 'div', 'mod']);

/** What a path selects in a resource. */
export type Path = (resource: Node, work: Work) => Node[];

/** A path made ready. @throws PatchError `malformed` for what is no FHIRPath, or more of it than a patch may use. */
export function pathOf(text: string): Path {
  if (text.length > LONGEST) throw malformed('its path is too long');
  requireSimple(text.replace(QUOTED, "''"));
  const select = compiled(text);
  return (resource, work) => {
    const environment = environmentOf(resource);
    try {
      return select(resource, environment);
    } catch (error) {
      if (error instanceof OutOfSteps) throw new PatchError('too-much', 'its path takes too many steps');
      throw error;
    } finally {
      work.spend(Math.min(STEPS, STEPS - environment.steps) * COST_OF_STEP);
    }
  };
}

function requireSimple(text: string): void {
  if (/[%$]/.test(text.replaceAll('$this', ''))) throw malformed('its path uses a variable');
  for (const [, name = ''] of text.matchAll(CALL)) {
    if (!FUNCTIONS.has(name) && !OPERATORS.has(name))
      throw malformed('its path uses a function that a patch may not use');
  }
}

function compiled(text: string): ReturnType<typeof selection> {
  try {
    return selection(text);
  } catch (error) {
    if (error instanceof PathSyntaxError) throw malformed('its path is no FHIRPath');
    throw error;
  }
}

function environmentOf(resource: Node): Environment {
  return { resource, rootResource: resource, context: resource, index: 0, total: [], steps: STEPS, memo: new Map() };
}
