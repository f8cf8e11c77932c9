// FHIR R4, section 4.1.5 "Binding Strengths": https://hl7.org/fhir/R4/terminologies.html#strength
import type { ElementBinding } from '#libs/fhir-definitions';
import type { CodedElements } from '../course.js';
import { isMembers, type Members, objects, text } from '../document/json.js';
import type { Report } from '../report.js';
import type { Membership, Terminology, ValueSet } from '../terminology/terminology.js';
import { quote } from '../words.js';

/** Looks at any tag of BCP 47 and calls a few common: there is nothing to say about the others. */
const LANGUAGES = 'http://hl7.org/fhir/ValueSet/languages';
const UNITS = 'http://unitsofmeasure.org';

const SEVERITIES = {
  required: 'error',
  extensible: 'warning',
  preferred: 'information',
  example: 'information',
} as const;

/** Checks codes against the value sets that elements are bound to, and against the systems that they name. */
export class Bindings implements CodedElements {
  constructor(
    private readonly report: Report,
    private readonly terminology: Terminology,
    /** Of a profile that was never claimed: its value sets are advice. */
    private readonly isAdvice = false,
  ) {}

  /** A `code`, `string` or `uri`, a Coding, a CodeableConcept or a Quantity against a binding. */
  check(value: unknown, type: string, binding: ElementBinding, at: string): void {
    if (binding.valueSet === undefined || this.isNothing(binding.strength)) return;
    const set = this.terminology.valueSet(binding.valueSet);
    if (!set) {
      const held = 'is not held, so the codes bound to it were not checked';
      this.report.warnOnce(binding.valueSet, 'not-found', at, `the value set ${binding.valueSet} ${held}`);
    } else if (typeof value === 'string') this.plainCode(value, set, binding, at);
    else if (isMembers(value)) this.coded(value, type, set, binding, at);
  }

  /** A Coding or Quantity against the system that it names, whatever it is bound to. */
  coding(value: unknown, at: string): void {
    if (!isMembers(value)) return;
    const { system, code } = value;
    if (typeof system !== 'string' || typeof code !== 'string') return;
    if (this.report.errorsOnly && system !== UNITS && !isOfStandard(system)) return;
    const found = this.terminology.hasCode(system, code);
    if (found === true) return;
    if (found !== false) this.unknownSystem(system, found.notHeld, at);
    else if (system === UNITS)
      this.report.error('code-invalid', `${at}/code`, `${quote(code)} is no unit of UCUM (${UNITS})`);
    else this.unknownCode(system, code, at);
  }

  /** Whether the binding allows the value; undefined where that cannot be told. */
  allows(value: unknown, valueSet: string): boolean | undefined {
    const set = this.terminology.valueSet(valueSet);
    if (!set) return undefined;
    const all =
      typeof value === 'string' ? [set.has(undefined, value)] : codingsOf(value).map((each) => memberOf(each, set));
    if (all.includes(true)) return true;
    return all.some((each) => each !== false) ? undefined : false;
  }

  /** Nothing would be reported of a code outside. */
  private isNothing(strength: ElementBinding['strength']): boolean {
    return strength === 'example' || (this.report.errorsOnly && strength !== 'required');
  }

  /** The system may have grown since: only of FHIR's own systems it is sure. */
  private unknownCode(system: string, code: string, at: string): void {
    const message = `${quote(code)} is not a code of the system ${system}`;
    if (isOfStandard(system)) this.report.error('code-invalid', `${at}/code`, message);
    else this.report.warning('code-invalid', `${at}/code`, message);
  }

  private unknownSystem(system: string, url: string, at: string): void {
    if (!this.terminology.isSupplement(system)) this.notHeld(url, at);
    else this.report.error('not-found', `${at}/system`, `${quote(system)} is a supplement, expected a code system`);
  }

  private notHeld(url: string, at: string): void {
    const message = `the code system ${quote(url)} is not held, so its codes were not checked`;
    this.report.warnOnce(url, 'not-found', at, message);
  }

  private plainCode(code: string, set: ValueSet, { strength }: ElementBinding, at: string): void {
    const found = set.has(undefined, code);
    if (found === true) return;
    if (found !== false) this.notHeld(found.notHeld, at);
    else this.outside(`${quote(code)} is`, set, strength, at);
  }

  private coded(value: Members, type: string, set: ValueSet, { strength }: ElementBinding, at: string): void {
    const codings = codingsOf(value);
    if (codings.length === 0) {
      const isText = type === 'CodeableConcept' && value.text !== undefined && value.extension === undefined;
      if (isText && strength === 'required') this.outside('there is no coding that is', set, strength, at);
      return;
    }
    const found = codings.map((coding) => memberOf(coding, set));
    if (found.includes(true)) return;
    const open = found.find((each) => typeof each === 'object');
    if (typeof open === 'object') this.notHeld(open.notHeld, at);
    else if (codings.some(({ code }) => code !== undefined)) this.outside(`${naming(codings)} is`, set, strength, at);
  }

  private outside(what: string, set: ValueSet, strength: ElementBinding['strength'], at: string): void {
    if (set.url === LANGUAGES) return;
    const expected = set.few.length > 0 ? `: expected one of ${set.few.join(', ')}` : '';
    const message = `${what} not in the ${strength} value set ${set.url}${expected}`;
    const severity = SEVERITIES[strength];
    this.report.add(this.isAdvice && severity === 'error' ? 'warning' : severity, 'code-invalid', at, message);
  }
}

function isOfStandard(system: string): boolean {
  return system.startsWith('http://hl7.org/fhir/');
}

function memberOf({ system, code }: Members, set: ValueSet): Membership {
  if (typeof code !== 'string') return false;
  return set.has(text(system) ?? '', code);
}

/** The codings of a CodeableConcept; a Coding or Quantity is its own. */
function codingsOf(value: unknown): Members[] {
  if (!isMembers(value)) return [];
  if ('coding' in value) return objects(value.coding);
  return 'code' in value || 'system' in value ? [value] : [];
}

function naming(codings: readonly Members[]): string {
  return codings
    .slice(0, 3)
    .map(({ system, code }) => quote(`${text(system) ?? ''}#${text(code) ?? ''}`))
    .join(', ');
}
