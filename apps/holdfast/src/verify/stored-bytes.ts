// FHIR R4 binary.html: the bytes that are recorded of a version, from what a read sent
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { namedContent } from '#libs/blob';
import { JsonError, parse } from '#libs/fhir-json';
import { fromBase64 } from '#libs/merkle';
import { Unusable } from './finding.js';

const MOST_BYTES = 64 * 1024 * 1024;
const DATA = '"data":"';
const NAMED = ',"_data":';

/** What may have been recorded of a version: in one of these forms, if it is unaltered. */
export interface StoredBytes {
  /** None where the data differ from their hash and the file is larger than what could be recorded as it is. */
  readonly forms: readonly Buffer[];
  /** Whether content that it names by a hash is that content. */
  readonly isWhole: boolean;
}

/**
 * The bytes that a receipt commits to, of a file with the version as a vread sent it: these very bytes. Of a Binary whose content is
 * kept outside the database they are all but `data`, and name its hash: the content is compared with that, however large. A Binary that
 * names its content may as well have been recorded with it, so then there are both forms. Throws Unusable.
 */
export async function storedBytes(path: string): Promise<StoredBytes> {
  const source = new Source(path);
  const head = await source.until(DATA);
  if (head === undefined) return asSent(source);
  const hash = createHash('sha256');
  const size = await source.content((piece) => hash.update(piece));
  const tail = await source.rest();
  if (!tail.startsWith(NAMED)) return asSent(source);
  const bytes = Buffer.from(head.slice(0, -DATA.length) + tail.slice(1), 'latin1');
  const named = nameIn(bytes);
  if (named === undefined) return asSent(source);
  const isWhole = named.size === size && named.sha256.equals(hash.digest());
  return { forms: [...(isWhole ? [bytes] : []), ...(source.isSmall ? [source.all()] : [])], isWhole };
}

function asSent(source: Source): StoredBytes {
  return { forms: [source.all()], isWhole: true };
}

function nameIn(bytes: Buffer) {
  try {
    return namedContent(parse(bytes).value);
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

/** A file that is read once, and of which no more is kept than a row could hold. */
class Source {
  readonly #pieces: AsyncIterator<Buffer>;
  #kept: Buffer[] = [];
  #size = 0;
  /** What has been read and not been taken, a character a byte. */
  #text = '';

  constructor(path: string) {
    this.#pieces = createReadStream(path, { highWaterMark: 1024 * 1024 })[Symbol.asyncIterator]();
    this.path = path;
  }

  private readonly path: string;

  /** Up to and with `mark`; undefined where it does not come. */
  async until(mark: string): Promise<string | undefined> {
    for (let from = 0; ; ) {
      const at = this.#text.indexOf(mark, from);
      if (at >= 0) return this.#take(at + mark.length);
      from = Math.max(0, this.#text.length - mark.length);
      if (!(await this.#more())) return undefined;
    }
  }

  /** Hands over what stands in base64 up to the end of the string; how many bytes that is, undefined where it is not canonical. */
  async content(take: (piece: Buffer) => void): Promise<number | undefined> {
    let [size, isCanonical] = [0, true];
    for (let isLast = false; !isLast; ) {
      const end = this.#text.indexOf('"');
      const text = this.#take(end >= 0 ? end : this.#text.length - (this.#text.length % 4));
      isLast = end >= 0 || !(await this.#more());
      const piece = isLast || !text.endsWith('=') ? fromBase64(text) : undefined;
      isCanonical &&= piece !== undefined;
      size += piece?.length ?? 0;
      if (piece) take(piece);
    }
    this.#take(1);
    return isCanonical ? size : undefined;
  }

  async rest(): Promise<string> {
    while (await this.#more());
    return this.#text;
  }

  /** Whether what was read is no more than a row could hold. */
  get isSmall(): boolean {
    return this.#size <= MOST_BYTES;
  }

  /** The whole file. Throws Unusable where that is more than a row could hold. */
  all(): Buffer {
    if (!this.isSmall) throw new Unusable(`${this.path} is too large to be what is expected.`);
    return Buffer.concat(this.#kept);
  }

  #take(length: number): string {
    const taken = this.#text.slice(0, length);
    this.#text = this.#text.slice(length);
    return taken;
  }

  async #more(): Promise<boolean> {
    const next = await this.#pieces.next().catch(() => {
      throw new Unusable(`${this.path} cannot be read.`);
    });
    if (next.done) return false;
    this.#size += next.value.length;
    if (this.isSmall) this.#kept.push(next.value);
    else this.#kept = [];
    this.#text += next.value.toString('latin1');
    return true;
  }
}
