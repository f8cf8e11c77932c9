// FHIR R4 binary.html: the bytes that are recorded of a version, from what a read sent
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { namedContent } from '#libs/blob';
import { JsonError, parse } from '#libs/fhir-json';
import { Unusable } from './finding.js';

const MOST_BYTES = 64 * 1024 * 1024;
const DATA = '"data":"';
const NAMED = ',"_data":';

/** What was recorded, and whether content that it names by a hash is that content. */
export interface StoredBytes {
  readonly bytes: Buffer;
  readonly isWhole: boolean;
}

/**
 * The bytes that a receipt commits to, of a file with the version as a vread sent it. Of a Binary whose content is kept outside the
 * database they are all but `data`, and name its hash: the content is compared with that, however large. Throws Unusable.
 */
export async function storedBytes(path: string): Promise<StoredBytes> {
  const source = new Source(path);
  const head = await source.until(DATA);
  if (head === undefined) return { bytes: source.all(path), isWhole: true };
  const hash = createHash('sha256');
  const size = await source.content((piece) => hash.update(piece));
  const tail = await source.rest();
  if (!tail.startsWith(NAMED)) return { bytes: source.all(path), isWhole: true };
  const bytes = Buffer.from(head.slice(0, -DATA.length) + tail.slice(1), 'latin1');
  const named = nameIn(bytes);
  if (named === undefined) return { bytes: source.all(path), isWhole: true };
  return { bytes, isWhole: named.size === size && named.sha256.equals(hash.digest()) };
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

  /** Hands over what stands in base64 up to the end of the string; how many bytes that is. */
  async content(take: (piece: Buffer) => void): Promise<number> {
    let size = 0;
    for (;;) {
      const end = this.#text.indexOf('"');
      const text = this.#take(end >= 0 ? end : this.#text.length - (this.#text.length % 4));
      const piece = Buffer.from(text, 'base64');
      size += piece.length;
      take(piece);
      if (end >= 0) break;
      if (!(await this.#more())) break;
    }
    this.#take(1);
    return size;
  }

  async rest(): Promise<string> {
    while (await this.#more());
    return this.#text;
  }

  /** The whole file. Throws Unusable where that is more than a row could hold. */
  all(path: string): Buffer {
    if (this.#size > MOST_BYTES) throw new Unusable(`${path} is too large to be what is expected.`);
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
    if (this.#size <= MOST_BYTES) this.#kept.push(next.value);
    else this.#kept = [];
    this.#text += next.value.toString('latin1');
    return true;
  }
}
