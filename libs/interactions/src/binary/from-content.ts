// FHIR R4 binary.html#rest: content that is sent to Binary as it is.
import { badRequest, parseReference } from '#libs/fhir-model';

/** Content as it was sent. */
export interface Content {
  /** The media type, as the client declared it. */
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** X-Security-Context: the reference that stands for the Binary where access is decided. */
  readonly securityContext?: string;
  /** Of an update. */
  readonly id?: string;
}

const MEDIA_TYPE =
  /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:\s*;\s*[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[^"\\\p{Cc}]*"))*$/u;
const LONGEST = 255;

/** The Binary that holds the content, as JSON. @throws FhirError 400 for a media type or reference that is none. */
export function binaryOf({ contentType, bytes, securityContext, id }: Content): Buffer {
  if (!isMediaType(contentType)) throw badRequest('The Content-Type is no media type');
  if (securityContext !== undefined && !parseReference(securityContext)) {
    throw badRequest('X-Security-Context is no reference to a resource');
  }
  return Buffer.from(
    JSON.stringify({
      resourceType: 'Binary',
      ...(id === undefined ? {} : { id }),
      contentType,
      ...(securityContext === undefined ? {} : { securityContext: { reference: securityContext } }),
      ...(bytes.length === 0 ? {} : { data: Buffer.from(bytes).toString('base64') }),
    }),
  );
}

/** Whether a text can stand in Content-Type. */
export function isMediaType(text: string): boolean {
  return text.length <= LONGEST && MEDIA_TYPE.test(text);
}
