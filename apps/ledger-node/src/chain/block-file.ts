import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type FrameHeader, frame, HEADER_SIZE, isWhole, MAX_BLOCK_SIZE, readHeader } from './frame.js';
import { LedgerDamage } from './ledger-damage.js';

/**
 * The append-only file of all blocks. A block is in it when `append` has resolved: it is then on the disk, not only in
 * the system's cache. After a crash in the middle of a write the last frame is short; `open` cuts it off. Anything else
 * that does not check is damage: it is named and nothing is changed.
 */
export class BlockFile {
  private readonly offsets: number[] = [];
  private end = 0;

  private constructor(
    private readonly file: FileHandle,
    private readonly path: string,
  ) {}

  /** Opens or makes the file and hands every block in it, in order, to `each`. Throws LedgerDamage. */
  static async open(path: string, each: (block: Buffer, number: number) => void): Promise<BlockFile> {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'a+', 0o600);
    const blocks = new BlockFile(file, path);
    try {
      await blocks.scan(each);
    } catch (error) {
      await file.close();
      throw error;
    }
    return blocks;
  }

  get height(): number {
    return this.offsets.length;
  }

  private async read(offset: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.file.read(buffer, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  }

  private damage(what: string): LedgerDamage {
    return new LedgerDamage(
      `The block file ${this.path} is damaged at block ${this.height} (byte ${this.end}): ${what}. Nothing was changed; restore the file from a backup.`,
    );
  }

  private checkHeader(header: FrameHeader | undefined): FrameHeader {
    if (!header) throw this.damage('its frame header does not match its checksum');
    if (header.number !== this.height) throw this.damage(`the frame says it is block ${header.number}`);
    if (header.length > MAX_BLOCK_SIZE) throw this.damage('the frame is longer than a block can be');
    return header;
  }

  private async scan(each: (block: Buffer, number: number) => void): Promise<void> {
    const { size } = await this.file.stat();
    while (this.end < size) {
      const head = await this.read(this.end, HEADER_SIZE);
      if (head.length < HEADER_SIZE || (await this.isZeroFrom(this.end, size))) return this.cutTail();
      const header = this.checkHeader(readHeader(head));
      const body = await this.read(this.end + HEADER_SIZE, header.length);
      if (body.length < header.length) return this.cutTail();
      if (!isWhole(body, header)) {
        if (await this.isUnwritten(size, header)) return this.cutTail();
        throw this.damage('its content does not match its checksum');
      }
      each(body, header.number);
      this.offsets.push(this.end);
      this.end += HEADER_SIZE + header.length;
    }
  }

  /** The file was made longer and the power went before the bytes followed. */
  private async isZeroFrom(offset: number, size: number): Promise<boolean> {
    if (size - offset > MAX_BLOCK_SIZE) return false;
    const first = await this.read(offset, 8);
    if (first.some((byte) => byte !== 0)) return false;
    return (await this.read(offset, size - offset)).every((byte) => byte === 0);
  }

  /** The last frame, whose final sector never reached the disk. */
  private async isUnwritten(size: number, { length }: FrameHeader): Promise<boolean> {
    const frameEnd = this.end + HEADER_SIZE + length;
    const tail = Math.min(512, length);
    return frameEnd === size && (await this.isZeroFrom(size - tail, size));
  }

  private async cutTail(): Promise<void> {
    await this.file.truncate(this.end);
    await this.file.datasync();
  }

  /** Writes the next block and waits for the disk. After a failure the file must not be used further. */
  async append(block: Uint8Array): Promise<void> {
    const bytes = frame(this.height, block);
    let written = 0;
    while (written < bytes.length) written += (await this.file.write(bytes, written)).bytesWritten;
    await this.file.datasync();
    this.offsets.push(this.end);
    this.end += bytes.length;
  }

  /** The bytes of a block. Throws RangeError when there is none of this number, LedgerDamage when it was changed. */
  async block(number: number): Promise<Buffer> {
    const offset = this.offsets[number];
    if (offset === undefined) throw new RangeError(`there is no block ${number}`);
    const header = readHeader(await this.read(offset, HEADER_SIZE));
    const body = header && (await this.read(offset + HEADER_SIZE, header.length));
    if (!header || !body || !isWhole(body, header))
      throw new LedgerDamage(`The block file ${this.path} is damaged at block ${number} (byte ${offset}).`);
    return body;
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
