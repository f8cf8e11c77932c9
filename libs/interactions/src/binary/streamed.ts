// FHIR R4 json.html and xml.html: a Binary whose content is kept outside the database, with its `data` again, as it is sent.
import { randomBytes } from 'node:crypto';
import { type BlobStore, BrokenBlob, MissingBlob, readContent } from '#libs/blob';
import { members } from '#libs/fhir-json';
import { FhirError } from '#libs/fhir-model';
import type { Answer } from '../answer.js';

/**
 * The answer in a form that `form` makes of it, with the content in base64 where its place is. `form` sees a text in place of
 * the content; where it leaves that out, as a summary does, so is the content.
 */
export function withData(answer: Answer, blobs: BlobStore | undefined, form: (answer: Answer) => Answer): Answer {
  const { blob, body } = answer;
  if (blob === undefined || blobs === undefined || body === undefined) return form(answer);
  const mark = `holdfast${randomBytes(24).toString('hex')}`;
  const formed = form({ ...answer, body: withMember(textOf(body), `"data":"${mark}"`) });
  const [head = '', tail] = textOf(formed.body ?? '').split(mark);
  if (tail === undefined) return formed;
  const { body: _, ...rest } = formed;
  const length = Buffer.byteLength(head) + Math.ceil(blob.size / 3) * 4 + Buffer.byteLength(tail);
  return {
    ...rest,
    headers: { ...rest.headers, 'content-length': String(length) },
    stream: joined(head, base64(readContent(blobs, blob)), tail),
  };
}

/** The member stands before `_data`, which says what it holds; taking it out again gives the stored bytes. */
function withMember(text: string, member: string): string {
  const after = [...members(text, 0)].find(({ name }) => name === '_data');
  if (after === undefined) return text;
  const at = text.lastIndexOf('"_data"', after.start);
  return `${text.slice(0, at)}${member},${text.slice(at)}`;
}

function textOf(body: Uint8Array | string): string {
  return typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
}

async function* joined(head: string, content: AsyncIterable<Buffer>, tail: string): AsyncGenerator<Buffer> {
  yield Buffer.from(head);
  yield* content;
  yield Buffer.from(tail);
}

/** RFC 4648 section 4. */
async function* base64(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of source) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const whole = bytes.length - (bytes.length % 3);
    yield Buffer.from(bytes.toString('base64', 0, whole), 'latin1');
    rest = Buffer.from(bytes.subarray(whole));
  }
  if (rest.length > 0) yield Buffer.from(rest.toString('base64'), 'latin1');
}

/**
 * The same answer, its first piece read and authenticated: what is broken at once is refused and not begun. A fault further on
 * ends the stream, and of the chunk that it is in nothing is given.
 * @throws FhirError 500.
 */
export async function started(answer: Answer): Promise<Answer> {
  if (answer.stream === undefined) return answer;
  const iterator = answer.stream[Symbol.asyncIterator]();
  try {
    const first = await iterator.next();
    const second = first.done ? first : await iterator.next();
    return { ...answer, stream: { [Symbol.asyncIterator]: () => continued([first, second], iterator) } };
  } catch (error) {
    throw isBroken(error) ? brokenContent() : error;
  }
}

/** Also where nobody takes any of it, ending it ends what it reads from. */
function continued(
  begun: IteratorResult<Uint8Array>[],
  rest: AsyncIterator<Uint8Array>,
): AsyncIterator<Uint8Array, undefined> {
  return {
    next: async () => {
      const next = begun.shift() ?? (await rest.next());
      return next.done ? { done: true, value: undefined } : next;
    },
    return: async () => {
      await rest.return?.();
      return { done: true, value: undefined };
    },
  };
}

function isBroken(error: unknown): boolean {
  return error instanceof BrokenBlob || error instanceof MissingBlob;
}

function brokenContent(): FhirError {
  const diagnostics = 'The content that is kept here is not what was recorded: ask $verify of this version';
  return new FhirError(500, { severity: 'fatal', code: 'exception', diagnostics });
}
