// FHIR R4, section 2.24.0.1 "Primitive Types": what their syntax alone does not say; and section 6.1.0.6, active content.
import type { Report } from '../report.js';
import { quote } from '../words.js';

const ABSOLUTE = /^(?:[A-Za-z][A-Za-z0-9+.-]*:|#)/;
const ACTIVE = /<\s*(?:script|iframe|object|embed|form)[\s>/]|<[a-z]+[^<>]{0,200}\son[a-z]{2,20}\s*=/i;

/** Whether more than the syntax is looked at. */
export function isReadText(type: string): boolean {
  return type === 'canonical' || type === 'string';
}

/** A canonical names something everywhere the same; text that people read runs nothing. */
export function checkText(report: Report, value: unknown, type: string, at: string): void {
  if (typeof value !== 'string') return;
  if (type === 'canonical') {
    if (!ABSOLUTE.test(value))
      report.warning('value', at, `${quote(value)} is not absolute: expected a URL, or #[id] of something contained`);
  } else if (type === 'string' && value.includes('<') && ACTIVE.test(value)) {
    report.error('security', at, `${quote(value)} has HTML that runs: expected text without it`);
  }
}
