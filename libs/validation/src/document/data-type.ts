// FHIR R4, section 2.24 "Data Types": rules that they state in prose.
import { syntaxFault } from '#libs/fhir-path';
import type { Report } from '../report.js';
import { quote } from '../words.js';
import type { Members } from './json.js';

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const VALUE_SET = /\/ValueSet\//;

/** Whether a type has rules that are checked here. */
export function hasRules(type: string): boolean {
  return type === 'Attachment' || type === 'Coding' || type === 'Expression';
}

/** A value of a complex type, by the name of the type. */
export function checkDataType(report: Report, type: string, value: Members, at: string): void {
  if (type === 'Attachment') checkAttachment(report, value, at);
  else if (type === 'Coding') checkCoding(report, value, at);
  else if (type === 'Expression') checkExpression(report, value, at);
}

/** The size is that of the data, before it was made base64. */
function checkAttachment(report: Report, { data, size }: Members, at: string): void {
  if (typeof data !== 'string' || typeof size !== 'number') return;
  const found = bytesOf(data);
  if (found !== size) report.error('value', at, `the size is given as ${size}, but the data has ${found} bytes`);
}

function bytesOf(base64: string): number {
  let digits = 0;
  for (let index = 0; index < base64.length; index++) {
    const code = base64.charCodeAt(index);
    if (code > 32 && code !== 61) digits++;
  }
  return Math.floor((digits * 3) / 4);
}

function checkCoding(report: Report, { system }: Members, at: string): void {
  if (typeof system !== 'string') return;
  if (!ABSOLUTE.test(system))
    report.error('value', `${at}/system`, `the system is ${quote(system)}, expected an absolute URL`);
  else if (VALUE_SET.test(system) && system.startsWith('http://hl7.org/fhir/ValueSet/')) {
    report.error('value', `${at}/system`, `${quote(system)} is a value set, expected a code system`);
  }
}

function checkExpression(report: Report, { language, expression }: Members, at: string): void {
  if (language !== 'text/fhirpath' || typeof expression !== 'string') return;
  const fault = syntaxFault(expression);
  if (fault !== undefined) report.error('value', `${at}/expression`, `the expression is no FHIRPath: ${fault}`);
}
