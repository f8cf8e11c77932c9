// FHIR R4, CompartmentDefinition "patient", and what it leaves out: https://hl7.org/fhir/R4/compartmentdefinition-patient.html
import { compartmentPatient } from '#libs/fhir-definitions';

/** How it is told whose a resource of a type is. */
export interface Belonging {
  /** Search parameters whose elements name the patients. */
  readonly codes: readonly string[];
  /** What it is that names no patient: `closed` to all but the custodian's own, or `open` to every scope for the type. */
  readonly without: 'closed' | 'open';
}

/** Types of the definition that are open without a patient, and why. All others are closed then. */
const OPEN_OF_THE_DEFINITION: ReadonlyMap<string, string> = new Map([
  ['Group', 'a herd, a lot of medication, the staff of a ward, or the description of a group that has no members'],
  ['Schedule', 'the hours of a practitioner, a room or a machine'],
]);

const closed = (...codes: string[]): Belonging => ({ codes, without: 'closed' });
const open = (...codes: string[]): Belonging => ({ codes, without: 'open' });

/** Types that the definition leaves out although they can hold data of a patient. Those without codes never name one as theirs. */
const LEFT_OUT: ReadonlyMap<string, Belonging> = new Map([
  ['BiologicallyDerivedProduct', closed()],
  ['Bundle', closed()],
  ['Contract', closed('subject', 'signer')],
  ['Device', open('patient')],
  ['EnrollmentResponse', closed()],
  ['GuidanceResponse', closed('subject')],
  ['Linkage', closed()],
  ['MessageHeader', closed()],
  ['Parameters', closed()],
  ['PaymentNotice', closed()],
  ['PaymentReconciliation', closed()],
  ['Subscription', closed()],
  ['Task', closed('subject', 'focus')],
  ['VerificationResult', open('target')],
]);

/** Undefined for types that belong to no patient: definitions, places, organisations, products. */
export function belongingOf(type: string): Belonging | undefined {
  const codes = compartmentPatient(type);
  if (codes === undefined) return LEFT_OUT.get(type);
  return OPEN_OF_THE_DEFINITION.has(type) ? open(...codes) : closed(...codes);
}
