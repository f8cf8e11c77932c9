// FHIR R4 binary.html#rest: content as it is, from the first byte to the version that holds it.
import { payloadTooLarge } from '#libs/fhir-model';
import type { Answer } from '../answer.js';
import { refuseCreate } from '../create.js';
import type { FhirRequest } from '../fhir-request.js';
import type { Services } from '../services.js';
import { refuseUpdate } from '../update.js';
import { binaryOf, type IncomingContent } from './from-content.js';
import { uploaded } from './upload.js';

/** Up to so many bytes are kept in the row, as every resource is. */
const IN_ROW = 1024 * 1024;

type Interact = (services: Services, request: FhirRequest) => Promise<Answer>;

/**
 * Does a create or update whose content is still to be read; what brings no content is done as it is. Who may not write is
 * refused before the first byte is read; what is larger than a row holds is kept outside the database, and is thrown away again
 * if no version comes of it.
 * @throws FhirError as the interaction does; 413; 503 where the store of blobs cannot be reached.
 */
export async function withContent(services: Services, request: FhirRequest, interact: Interact): Promise<Answer> {
  const { incoming, ...rest } = request;
  if (incoming === undefined) return interact(services, request);
  const { id } = request;
  // What names the content is ours: no strictness of the client's own is meant for it.
  const { handling: _, ...preference } = request.preference;
  const hasNoContext = incoming.securityContext === undefined;
  const translated = { ...rest, preference, source: 'translation' as const, hasNoContext };
  const limit = services.blobs === undefined ? IN_ROW : (services.maxContentBytes ?? IN_ROW);
  await refused(services, { ...translated, body: binaryOf(incoming, id) }, incoming);
  if ((incoming.length ?? 0) > limit) throw payloadTooLarge(limit);
  const { head, isAll, bytes } = await begun(incoming.bytes, limit);
  if (isAll) return interact(services, { ...translated, body: binaryOf(incoming, id, head) });
  return uploaded(services, bytes, limit, (blob) =>
    interact(services, { ...translated, blob, body: binaryOf(incoming, id, blob) }),
  );
}

function refused(services: Services, request: FhirRequest, { interaction }: IncomingContent): Promise<void> {
  return interaction === 'create' || request.id === undefined
    ? refuseCreate(services, request, interaction)
    : refuseUpdate(services, request, request.id);
}

/** Reads as much as a row holds; `bytes` are all of them again, from the first. */
async function begun(source: AsyncIterable<Uint8Array>, limit: number) {
  const iterator = source[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const next = await iterator.next();
    if (next.done) return { head: Buffer.concat(pieces), isAll: true, bytes: again(pieces, iterator) };
    pieces.push(next.value);
    size += next.value.length;
    if (size > IN_ROW) break;
  }
  if (size <= limit) return { head: Buffer.alloc(0), isAll: false, bytes: again(pieces, iterator) };
  await iterator.return?.();
  throw payloadTooLarge(limit);
}

async function* again(pieces: Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces.splice(0);
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
