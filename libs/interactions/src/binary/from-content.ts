// FHIR R4 binary.html#rest: content that is sent to Binary as it is.
import { dataElement, type NamedContent } from '#libs/blob';
import { badRequest, parseReference } from '#libs/fhir-model';

/** What a client declares of the content that it sends. */
export interface DeclaredContent {
  /** The media type. */
  readonly contentType: string;
  /** X-Security-Context: the reference that stands for the Binary where access is decided. */
  readonly securityContext?: string;
}

/** Content on its way in. */
export interface IncomingContent extends DeclaredContent {
  readonly interaction: 'create' | 'update';
  /** How many bytes are announced, if it is. */
  readonly length?: number;
  /** To be read once. Throws FhirError where it does not arrive in whole. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

const MEDIA_TYPE =
  /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?:\s*;\s*[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[^"\\\p{Cc}]*"))*$/u;
const LONGEST = 255;

/**
 * The Binary as JSON: with its content, with the name of content that is kept elsewhere, or, where neither is given, without.
 * @throws FhirError 400 for a media type or reference that is none.
 */
export function binaryOf(
  { contentType, securityContext }: DeclaredContent,
  id: string | undefined,
  content?: Uint8Array | NamedContent,
): Buffer {
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
      ...dataOf(content),
    }),
  );
}

function dataOf(content: Uint8Array | NamedContent | undefined): object {
  if (content === undefined || ('length' in content && content.length === 0)) return {};
  return 'length' in content ? { data: Buffer.from(content).toString('base64') } : { _data: dataElement(content) };
}

/** Whether a text can stand in Content-Type. */
export function isMediaType(text: string): boolean {
  return text.length <= LONGEST && MEDIA_TYPE.test(text);
}
