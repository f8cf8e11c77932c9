import type { ElementBinding } from '#libs/fhir-definitions';

/** More faults than this are not looked for: what refuses a document must not cost more than reading it. */
export const MOST_FAULTS = 100;

/** One fault, at a JSON pointer into the document. */
export interface Fault {
  readonly code: 'structure' | 'required' | 'value' | 'too-long' | 'code-invalid' | 'invariant' | 'too-costly';
  readonly at: string;
  readonly diagnostics: string;
}

/** The generated check of one type; `at` is where in the document the value stands, as a JSON pointer. */
export type TypeCheck = (course: Course, value: unknown, at: string) => void;

/** Thrown to leave the checks once enough faults are known. */
export class EnoughFaults extends Error {}

/** Looks at what has codes, where more than the required codes of FHIR R4 is asked. Values may have any shape. */
export interface CodedElements {
  check(value: unknown, type: string, binding: ElementBinding, at: string): void;
  coding(value: unknown, at: string): void;
}

/** One validation under way: what was found so far, and the checks of the types that a resource inside can have. */
export class Course {
  readonly faults: Fault[] = [];

  constructor(
    readonly types: Readonly<Record<string, TypeCheck>>,
    readonly coded?: CodedElements,
  ) {}

  /** Throws EnoughFaults at the last fault that is kept. */
  report(code: Fault['code'], at: string, diagnostics: string): void {
    this.faults.push({ code, at, diagnostics });
    if (this.faults.length >= MOST_FAULTS) throw new EnoughFaults();
  }
}
