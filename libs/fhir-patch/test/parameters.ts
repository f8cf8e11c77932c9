import { parse } from '#libs/fhir-json';
import { applyFhirPathPatch, PatchError } from '#libs/fhir-patch';

export type Part = Record<string, unknown>;

export const document = (text: string) => parse(Buffer.from(text));

/** An operation: strings and numbers become `valueString` and `valueInteger`, objects stand as they are. */
export function operation(type: string, parts: Record<string, string | number | Part>): Part {
  const part = Object.entries(parts).map(([name, value]) => {
    if (typeof value === 'string') return { name, valueString: value };
    return typeof value === 'number' ? { name, valueInteger: value } : { name, ...value };
  });
  return { name: 'operation', part: [{ name: 'type', valueCode: type }, ...part] };
}

export const parameters = (...operations: Part[]) =>
  JSON.stringify({ resourceType: 'Parameters', parameter: operations });

export const patched = (text: string, ...operations: Part[]) =>
  applyFhirPathPatch(document(text), document(parameters(...operations)));

/** `applied`, or the kind and the message of the PatchError. */
export function faultOf(apply: () => unknown): string {
  try {
    apply();
    return 'applied';
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    return `${error.fault} ${error.message}`;
  }
}

export const PATIENT =
  '{"resourceType":"Patient","active":true,"name":[{"given":["A\\u0042","C"],"_given":[null,{"id":"c"}]},{"family":"F"}],' +
  '"birthDate":"1970-01-01","_birthDate":{"extension":[{"url":"u:a","valueDecimal":1.00}]},"deceasedBoolean":false,"multipleBirthInteger":2}';
