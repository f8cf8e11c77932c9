// FHIR R4, section 4.2.0.1: code systems whose codes are made by a grammar: https://hl7.org/fhir/R4/terminologies-systems.html
import { createRequire } from 'node:module';
import { Kept } from '../kept.js';
import { isCurrency } from './currency.js';

type Grammar = (code: string) => boolean;

/** What is used of @lhncbc/ucum-lhc, which has no types. */
interface Ucum {
  validateUnitString(unit: string): { status: 'valid' | 'invalid' | 'error' };
}

const LONGEST_UNIT = 100;
const TOKEN = "[A-Za-z0-9!#$&^_.+\\-']+";
/**
 * RFC 6838 names, with the parameters of RFC 2045; `xml`, `json` and `ttl` as FHIR R4, section 3.1.0.1.11 "_format", abbreviates
 * them. The values of parameters may have spaces, as those of DICOM have.
 */
const MIME = new RegExp(`^(?:xml|json|ttl|${TOKEN}/(?:${TOKEN}|\\*)(?:\\s*;\\s*${TOKEN}=(?:"[^"]*"|[^;"]+))*;?)$`);
/** RFC 5646 section 2.1. */
const LANGUAGE =
  /^(?:(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[a-wy-z0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?|x(?:-[a-z0-9]{1,8})+|i-[a-z]{2,8})$/i;

const load = createRequire(import.meta.url);
const units = new Kept(2000, isKnown);
let ucum: Ucum | undefined;

/** The grammar of each such system by its URL. */
export const GRAMMARS: ReadonlyMap<string, Grammar> = new Map<string, Grammar>([
  ['http://unitsofmeasure.org', isUnit],
  ['urn:ietf:bcp:13', (code) => MIME.test(code)],
  ['urn:ietf:bcp:47', (code) => LANGUAGE.test(code)],
  ['urn:iso:std:iso:4217', isCurrency],
]);

/** The Unified Code for Units of Measure; its tables are loaded when a unit is first met. */
function isUnit(code: string): boolean {
  return code.length <= LONGEST_UNIT && /^[!-~]+$/.test(code) && units.get(code);
}

function isKnown(code: string): boolean {
  ucum ??= (load('@lhncbc/ucum-lhc') as { UcumLhcUtils: { getInstance(): Ucum } }).UcumLhcUtils.getInstance();
  const { status } = ucum.validateUnitString(code);
  return status === 'valid';
}
