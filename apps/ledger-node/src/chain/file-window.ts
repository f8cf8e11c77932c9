import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/**
 * As much as stays in a processor's own cache between being read and being checked: four times as fast as pieces of
 * megabytes, where the system has the file in memory.
 */
const PIECE = 256 * 1024;

/** Fewer bytes only at the end of the file. */
export async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let count = 0;
  while (count < length) {
    const { bytesRead } = await file.read(buffer, count, length - count, offset + count);
    if (bytesRead === 0) break;
    count += bytesRead;
  }
  return buffer.subarray(0, count);
}

/** Reads a file from front to back in small pieces, and waits for each: for a program that has nothing else to do yet. */
export class FileWindow {
  private buffer: Buffer = Buffer.alloc(PIECE);
  private start = 0;
  private end = 0;

  /** `file`: its descriptor. */
  constructor(private readonly file: number) {}

  /** The bytes, which are good until the next call; fewer only at the end of the file. */
  at(offset: number, length: number): Buffer {
    if (offset < this.start || offset + length > this.end) this.advance(offset, length);
    const from = offset - this.start;
    return this.buffer.subarray(from, Math.min(from + length, this.end - this.start));
  }

  /** Keeps what there is from `offset` on and fills up the rest. */
  private advance(offset: number, length: number): void {
    const before = this.buffer;
    const left = offset >= this.start && offset < this.end ? this.end - offset : 0;
    if (length > before.length) this.buffer = Buffer.alloc(length);
    else if (before.length > PIECE && length <= PIECE) this.buffer = Buffer.alloc(PIECE);
    if (left > 0) before.copy(this.buffer, 0, offset - this.start, this.end - this.start);
    this.start = offset;
    this.end = offset + left;
    this.fill();
  }

  private fill(): void {
    for (;;) {
      const room = this.buffer.length - (this.end - this.start);
      if (room === 0) return;
      const read = readSync(this.file, this.buffer, this.buffer.length - room, room, this.end);
      if (read === 0) return;
      this.end += read;
    }
  }
}
