import type { Issue } from '#libs/fhir-model';
import { EnoughFaults, MOST_FAULTS } from './course.js';

/** One thing found, at a JSON pointer into the document. */
export interface Finding {
  readonly severity: Issue['severity'];
  readonly code: string;
  readonly at: string;
  /** What was found and what was expected. */
  readonly text: string;
  /** The rule of the standard or of a profile that was broken, for whoever debugs. */
  readonly rule?: string;
}

/** What was found so far. Errors and what is less than an error are bounded apart, so that neither hides the other. */
export class Report {
  readonly findings: Finding[] = [];
  private errors = 0;
  private others = 0;
  private readonly seen = new Set<string>();

  /** With `errorsOnly` what is less than an error is not kept, and so need not be looked for. */
  constructor(readonly errorsOnly = false) {}

  /** Throws EnoughFaults at the last error that is kept. */
  error(code: string, at: string, text: string, rule?: string): void {
    this.add('error', code, at, text, rule);
  }

  warning(code: string, at: string, text: string, rule?: string): void {
    this.add('warning', code, at, text, rule);
  }

  information(code: string, at: string, text: string, rule?: string): void {
    this.add('information', code, at, text, rule);
  }

  /** Of a subject that comes up at many places, such as a code system that is not held: only where it comes up first. */
  warnOnce(subject: string, code: string, at: string, text: string): void {
    if (this.seen.has(subject)) return;
    this.seen.add(subject);
    this.warning(code, at, text);
  }

  add(severity: Issue['severity'], code: string, at: string, text: string, rule?: string): void {
    const isError = severity === 'error' || severity === 'fatal';
    if (!isError && (this.errorsOnly || this.others >= MOST_FAULTS)) return;
    this.findings.push({ severity, code, at, text, ...(rule === undefined ? {} : { rule }) });
    if (isError) this.errors++;
    else this.others++;
    if (this.errors >= MOST_FAULTS) throw new EnoughFaults();
  }

  /** The findings; where it is strict, with warnings as errors. */
  graded(isStrict = false): readonly Finding[] {
    if (!isStrict) return this.findings;
    return this.findings.map((each) => (each.severity === 'warning' ? { ...each, severity: 'error' } : each));
  }
}
