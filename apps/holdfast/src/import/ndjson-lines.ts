// http://ndjson.org: one JSON text a line.
import { createReadStream } from 'node:fs';
import { StartError } from '../start-error.js';

const NEWLINE = 0x0a;

/** Longer lines are no resource that a server would take; the limit bounds memory. */
const LONGEST_LINE = 64 * 1024 * 1024;

export interface Line {
  /** From 1. */
  number: number;
  bytes: Uint8Array;
}

/**
 * The lines of `file` that are not blank, as bytes, without reading ahead more than a buffer.
 * @throws StartError at a line of more than 64 MB.
 */
export async function* ndjsonLines(file: string): AsyncGenerator<Line> {
  let number = 0;
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      number++;
      const bytes = Buffer.concat([...rest, chunk.subarray(from, end)]);
      if (!isBlank(bytes)) yield { number, bytes };
      rest = [];
      from = end + 1;
    }
    rest.push(chunk.subarray(from));
    refuseEndless(rest, file, number + 1);
  }
  const last = Buffer.concat(rest);
  if (!isBlank(last)) yield { number: number + 1, bytes: last };
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

function refuseEndless(pieces: Buffer[], file: string, number: number): void {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length > LONGEST_LINE) throw new StartError(`${file}:${number} is longer than 64 MB.`);
}
