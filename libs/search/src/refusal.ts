import { badRequest, FhirError } from '#libs/fhir-model';

/** What is not supported may be left out of a lenient search; what is malformed may not. */
export class NotSupported extends FhirError {
  constructor(diagnostics: string) {
    super(400, { severity: 'error', code: 'not-supported', diagnostics });
  }
}

export function malformed(name: string, expected: string): FhirError {
  return badRequest(`Parameter ${shown(name)}: ${expected}`, 'value');
}

/** Names in answers are the client's own text: cut, and without what could be taken for markup or a line of a log. */
export function shown(name: string): string {
  return name.slice(0, 64).replace(/[^\w:.-]/g, '?');
}
