// FHIR R4 xml.html and json.html: JSON within, what the client asked for without.
import { JsonError, parse } from '#libs/fhir-json';
import { FhirError, notAcceptable, payloadTooLarge } from '#libs/fhir-model';
import { toJson, toXml, XmlError } from '#libs/fhir-xml';
import type { Answer } from '#libs/interactions';
import { FHIR_XML, type Format } from './negotiate.js';

/** XML is read in one go, and meanwhile nobody else is served: more is taken as JSON only. */
const LARGEST_XML = 16 * 1024 * 1024;

/** An answer in the representation that was asked for. @throws FhirError 406 for content that XML has no form for. */
export function inFormat(answer: Answer, format: Format): Answer {
  const { body, contentType } = answer;
  if (format === 'json' || body === undefined || (contentType !== undefined && !contentType.includes('fhir+json'))) {
    return answer;
  }
  return { ...answer, body: xmlText(body), contentType: FHIR_XML };
}

/** A resource in JSON as XML. @throws FhirError 406. */
export function xmlText(json: Uint8Array | string): string {
  try {
    return toXml(parse(Buffer.from(json)));
  } catch (error) {
    if (!(error instanceof XmlError || error instanceof JsonError)) throw error;
    throw notAcceptable('This cannot be written as XML: ask for application/fhir+json');
  }
}

/** A body as JSON. @throws FhirError 400 for XML that is none of FHIR, 413. */
export function jsonBody(body: Buffer, format: Format): Buffer {
  if (format === 'json') return body;
  if (body.length > LARGEST_XML) throw payloadTooLarge(LARGEST_XML);
  try {
    return Buffer.from(toJson(body));
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
