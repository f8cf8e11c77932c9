// POSIX.1-2017 pax, "ustar Interchange Format", and RFC 1952: the archive that a FHIR package is.
import { gunzipSync } from 'node:zlib';

const BLOCK = 512;

/** A package may unpack to this much; more is refused before it is in memory. */
const MOST_BYTES = 400 * 1024 * 1024;

/** The archive is none, is cut short, or is too large. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

interface Header {
  readonly name: string;
  readonly type: string;
  readonly content: Buffer;
  /** Where the next one stands. */
  readonly end: number;
}

/** The files of a gzipped archive, by path, one after the other. */
export function* archiveFiles(archive: Uint8Array): Generator<{ path: string; content: Buffer }> {
  const tar = unzipped(archive);
  let longPath: string | undefined;
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const { name, type, content, end } = entry(tar, at);
    if (type === '0' || type === '\0') yield { path: longPath ?? name, content };
    longPath = pathFor(type, content);
    at = end;
  }
}

function entry(tar: Buffer, at: number): Header {
  const size = octal(tar, at + 124, 12);
  const start = at + BLOCK;
  if (start + size > tar.length) throw new ArchiveError('The archive is cut short');
  const end = start + Math.ceil(size / BLOCK) * BLOCK;
  return {
    name: path(tar, at),
    type: String.fromCharCode(tar[at + 156]!),
    content: tar.subarray(start, start + size),
    end,
  };
}

/** The path of the file that follows, where the header has no room for it. */
function pathFor(type: string, content: Buffer): string | undefined {
  if (type === 'L') return field(content, 0, content.length);
  return type === 'x' ? /^\d+ path=(.*)$/m.exec(content.toString())?.[1] : undefined;
}

function unzipped(archive: Uint8Array): Buffer {
  try {
    return gunzipSync(archive, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    const isLarge = (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
    throw new ArchiveError(
      isLarge ? `The archive unpacks to more than ${MOST_BYTES} bytes` : 'The file is no gzipped archive',
    );
  }
}

function path(tar: Buffer, at: number): string {
  const name = field(tar, at, 100);
  const prefix = field(tar, at + 257, 6).startsWith('ustar') ? field(tar, at + 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function field(tar: Buffer, at: number, length: number): string {
  const text = tar.subarray(at, at + length);
  const end = text.indexOf(0);
  return text.subarray(0, end < 0 ? length : end).toString();
}

function octal(tar: Buffer, at: number, length: number): number {
  const size = Number.parseInt(field(tar, at, length).trim() || '0', 8);
  if (!Number.isSafeInteger(size)) throw new ArchiveError('The archive has a header that cannot be read');
  return size;
}
