// FHIR R4, section 4.1.5.1 "Required" binding strength: https://hl7.org/fhir/R4/terminologies.html#required
import type { Course } from '../course.js';
import { primitives } from '../primitive/index.js';
import { quote } from '../words.js';
import { primitiveFault } from './primitive.js';

const MOST_NAMED = 12;

/** The codes of a value set by their system. */
export interface RequiredCodes {
  readonly url: string;
  readonly bySystem: ReadonlyMap<string, ReadonlySet<string>>;
  readonly codes: ReadonlySet<string>;
}

/** Prepares a value set for the two checks below. */
export function requiredCodes(url: string, bySystem: Record<string, readonly string[]>): RequiredCodes {
  const sets = Object.entries(bySystem).map(([system, codes]) => [system, new Set(codes)] as const);
  return { url, bySystem: new Map(sets), codes: new Set(sets.flatMap(([, codes]) => [...codes])) };
}

/** Says why a `code` is not one of a required value set; the generated code asks only when it is not. */
export function codeFault(course: Course, at: string, value: unknown, { url, codes }: RequiredCodes): void {
  if (!primitives.code.check(value)) primitiveFault(course, at, value, 'code');
  else course.report('code-invalid', at, `${quote(value)} is not in the required value set ${url}: ${naming(codes)}`);
}

/**
 * At least one coding of a CodeableConcept is from the required value set; text alone is not enough. One that only says
 * by an extension why there is no code is let be, and so is one with a fault inside.
 */
export function concept(course: Course, at: string, value: unknown, required: RequiredCodes): void {
  const codings = codingsOf(value);
  if (codings?.some(({ system, code }) => required.bySystem.get(system as string)?.has(code as string)) !== false)
    return;
  if (course.faults.some((fault) => fault.at.startsWith(`${at}/`))) return;
  const found = codings.length === 0 ? 'there is no coding' : 'no coding is';
  course.report('code-invalid', at, `${found} in the required value set ${required.url}: ${naming(required.codes)}`);
}

/** Undefined where there is nothing to say about the codings. */
function codingsOf(value: unknown): { system?: unknown; code?: unknown }[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { coding, text, extension } = value as { coding?: unknown; text?: unknown; extension?: unknown };
  if (coding === undefined) return text === undefined || extension !== undefined ? undefined : [];
  return isCodings(coding) ? coding : undefined;
}

function isCodings(value: unknown): value is object[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'object' && each !== null);
}

function naming(codes: ReadonlySet<string>): string {
  if (codes.size > MOST_NAMED) return `it has ${codes.size} codes`;
  return `expected one of ${[...codes].join(', ')}`;
}
