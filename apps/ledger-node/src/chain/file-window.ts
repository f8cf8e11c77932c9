import type { FileHandle } from 'node:fs/promises';

const CHUNK = 4 * 1024 * 1024;
/** What is left of a piece, up to this size, goes before the next one. */
const ROOM_BEFORE = 1024 * 1024;

/** Fewer bytes only at the end of the file. */
export async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  return filled(file, Buffer.allocUnsafe(length), offset);
}

async function filled(file: FileHandle, buffer: Buffer, offset: number): Promise<Buffer> {
  let count = 0;
  while (count < buffer.length) {
    const { bytesRead } = await file.read(buffer, count, buffer.length - count, offset + count);
    if (bytesRead === 0) break;
    count += bytesRead;
  }
  return buffer.subarray(0, count);
}

/** Reads a file from front to back in large pieces, each while the one before is worked on. */
export class FileWindow {
  private start = 0;
  private bytes: Buffer = Buffer.alloc(0);
  private readonly buffers = [Buffer.alloc(ROOM_BEFORE + CHUNK), Buffer.alloc(ROOM_BEFORE + CHUNK)] as const;
  private free = 0;
  private ahead: { start: number; piece: Promise<Buffer> } | undefined;

  constructor(private readonly file: FileHandle) {}

  /** The bytes, which are good until the next call; fewer only at the end of the file. */
  async at(offset: number, length: number): Promise<Buffer> {
    if (!this.has(offset, length)) await this.advance(offset, length);
    const from = offset - this.start;
    return this.bytes.subarray(from, from + length);
  }

  private has(offset: number, length: number): boolean {
    return offset >= this.start && offset + length <= this.start + this.bytes.length;
  }

  private async advance(offset: number, length: number): Promise<void> {
    if (!(await this.turn(offset, length))) {
      this.bytes = await readAt(this.file, offset, Math.max(length, CHUNK));
      this.start = offset;
    }
    this.readAhead();
  }

  /** Goes on to the piece that was read ahead. Whether that has, with what was left, what is asked for. */
  private async turn(offset: number, length: number): Promise<boolean> {
    const { ahead } = this;
    this.ahead = undefined;
    if (!ahead) return false;
    const piece = await ahead.piece;
    const left = ahead.start - offset;
    if (left < 0 || left > ROOM_BEFORE || offset < this.start || length > left + piece.length) return false;
    const buffer = this.buffers[this.free]!;
    this.bytes.copy(buffer, ROOM_BEFORE - left, offset - this.start);
    this.bytes = buffer.subarray(ROOM_BEFORE - left, ROOM_BEFORE + piece.length);
    this.start = offset;
    this.free = 1 - this.free;
    return true;
  }

  private readAhead(): void {
    const start = this.start + this.bytes.length;
    const piece = filled(this.file, this.buffers[this.free]!.subarray(ROOM_BEFORE), start);
    // Whoever comes for it is told; nobody may come.
    piece.catch(() => undefined);
    this.ahead = { start, piece };
  }
}
