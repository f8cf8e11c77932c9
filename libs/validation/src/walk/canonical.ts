// FHIR R4, section 2.3.0.6 "Canonical URLs": what they may name: https://hl7.org/fhir/R4/references.html#canonical
import { codeSystem, coreProfile, structure, valueSetDefinition } from '#libs/fhir-definitions';
import type { Report } from '../report.js';
import { withoutVersion } from '../terminology/terminology.js';
import { quote } from '../words.js';

const OF_STANDARD = /^http:\/\/(?:hl7\.org\/fhir|terminology\.hl7\.org)\/(?:([A-Za-z]+)\/)?[^/]+$/;
/** FHIR R4 itself binds an element to a code system. */
const BINDING = /\/binding\/valueSet$/;
const TYPE = 'http://hl7.org/fhir/StructureDefinition/';

/** A URL that FHIR R4 itself gives to a definition names one of the types that the element allows. */
export function checkCanonical(report: Report, value: unknown, targets: ReadonlySet<string>, at: string): void {
  const url = typeof value === 'string' ? withoutVersion(value) : '';
  const named = OF_STANDARD.exec(url);
  if (!named || targets.has(named[1] ?? '')) return;
  const type = typeOf(url);
  if (type === undefined || targets.has(type)) return;
  const message = `${quote(url)} is a ${type}, expected a ${[...targets].join(' or ')}`;
  report.add(BINDING.test(at) ? 'warning' : 'error', 'invalid', at, message);
}

function typeOf(url: string): string | undefined {
  if (coreProfile(url) || structure(url.startsWith(TYPE) ? url.slice(TYPE.length) : '')) return 'StructureDefinition';
  if (valueSetDefinition(url)) return 'ValueSet';
  return codeSystem(url) ? 'CodeSystem' : undefined;
}
