// FHIR R4, section 3.1.1.4.10 "token".
import type { PathResult } from '#libs/fhir-path';
import { isSubtype } from '#libs/fhir-path';
import { splitEscaped, unescaped } from './escape.js';
import { listOf, type Term, textOf } from './term.js';

const BOOLEANS = 'http://hl7.org/fhir/special-values';

/** What a value is found by: code, system and code, system. None for a type that tokens are not made of. */
export function tokenTerms({ value, type }: PathResult): Term[] {
  switch (type) {
    case 'CodeableConcept':
      return listOf((value as { coding?: unknown }).coding).flatMap(coding);
    case 'Coding':
      return coding(value);
    case 'Identifier':
      return systemAndCode(textOf(value, 'system'), textOf(value, 'value'));
    case 'ContactPoint':
      return systemAndCode(textOf(value, 'system'), textOf(value, 'value'));
    case 'boolean':
      return typeof value === 'boolean' ? systemAndCode(BOOLEANS, String(value)) : [];
    default:
      return primitive(value, type);
  }
}

function coding(value: unknown): Term[] {
  return systemAndCode(textOf(value, 'system'), textOf(value, 'code'));
}

/** The system of a `code` is implied by the definition, not written in the resource. */
function primitive(value: unknown, type: string): Term[] {
  const matches = typeof value === 'string' && (isSubtype(type, 'string') || isSubtype(type, 'uri'));
  return matches ? [['code', value]] : [];
}

function systemAndCode(system: string | undefined, code: string | undefined): Term[] {
  const terms: Term[] = [];
  if (code !== undefined) terms.push(['code', code], ['system-code', system ?? '', code]);
  if (system !== undefined) terms.push(['system', system]);
  return terms;
}

/**
 * The term that `code`, `system|code`, `system|` or `|code` asks for; undefined for an empty value. More than one unescaped
 * `|` belongs to the code.
 */
export function tokenQuery(text: string, name: string): Term | undefined {
  const [first = '', second] = splitEscaped(text, '|', 2).map((part) => unescaped(part, name));
  if (second === undefined) return first === '' ? undefined : ['code', first];
  if (second !== '') return ['system-code', first, second];
  return first === '' ? undefined : ['system', first];
}
