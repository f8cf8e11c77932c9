import type { FileHandle } from 'node:fs/promises';

const CHUNK = 4 * 1024 * 1024;

/** Fewer bytes only at the end of the file. */
export async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Reads a file from front to back in large pieces. */
export class FileWindow {
  private start = 0;
  private bytes: Buffer = Buffer.alloc(0);

  constructor(private readonly file: FileHandle) {}

  /** The bytes, which stay as they are; fewer only at the end of the file. */
  async at(offset: number, length: number): Promise<Buffer> {
    if (offset < this.start || offset + length > this.start + this.bytes.length) {
      this.bytes = await readAt(this.file, offset, Math.max(length, CHUNK));
      this.start = offset;
    }
    const from = offset - this.start;
    return this.bytes.subarray(from, from + length);
  }
}
