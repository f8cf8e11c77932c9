// FHIR R4 xml.html and json.html: JSON within, what the client asked for without.
import { JsonError, parse } from '#libs/fhir-json';
import { FhirError, notAcceptable } from '#libs/fhir-model';
import { toJson, toJsonInTurns, toXml, XmlError } from '#libs/fhir-xml';
import type { Answer } from '#libs/interactions';
import { FHIR_XML, type Format } from './negotiate.js';

/** What is larger is read in turns with others: in one go nobody else would be served meanwhile. */
const AT_ONCE = 256 * 1024;

/** An answer in the representation that was asked for. @throws FhirError 406 for content that XML has no form for. */
export function inFormat(answer: Answer, format: Format, lines = false): Answer {
  const { body, contentType } = answer;
  if (format === 'json' || body === undefined || (contentType !== undefined && !contentType.includes('fhir+json'))) {
    return answer;
  }
  return { ...answer, body: xmlText(body, lines), contentType: FHIR_XML };
}

/** A resource in JSON as XML, with line breaks where they are wanted. @throws FhirError 406. */
export function xmlText(json: Uint8Array | string, lines = false): string {
  try {
    return toXml(parse(Buffer.from(json)), lines);
  } catch (error) {
    if (!(error instanceof XmlError || error instanceof JsonError)) throw error;
    throw notAcceptable('This cannot be written as XML: ask for application/fhir+json');
  }
}

/** A body as JSON. Rejects with FhirError 400 for XML that is none of FHIR. */
export async function jsonBody(body: Buffer, format: Format): Promise<Buffer> {
  if (format === 'json') return body;
  try {
    return body.length <= AT_ONCE ? Buffer.from(toJson(body)) : await toJsonInTurns(body);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const diagnostics = `The body is no XML that can be taken: ${error.message}`;
    throw new FhirError(400, {
      severity: 'fatal',
      code: 'structure',
      details: diagnostics,
      diagnostics,
      ...error.position,
    });
  }
}
