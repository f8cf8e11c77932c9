import { writeSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FileWindow, readAt } from './file-window.js';
import { type FrameHeader, frame, HEADER_SIZE, isWhole, MAX_BLOCK_SIZE, readHeader } from './frame.js';
import { LedgerDamage } from './ledger-damage.js';

/** Where a block is in the file, and the checksum of its bytes. */
export interface BlockPlace {
  offset: number;
  length: number;
  checksum: number;
}

/** Where so many blocks end. */
export interface FileEnd {
  count: number;
  offset: number;
}

/** `block` is good only until it returns. */
type EachBlock = (block: Buffer, number: number, place: BlockPlace) => void;

/**
 * The append-only file of all blocks. A block is in it when `append` has resolved: it is then on the disk, not only in
 * the system's cache. After a crash in the middle of a write the last frame is short; `open` cuts it off. Anything else
 * that does not check is damage: it is named and nothing is changed.
 */
export class BlockFile {
  private count: number;
  private end: number;

  private constructor(
    private readonly file: FileHandle,
    private readonly path: string,
    behind: FileEnd,
  ) {
    this.count = behind.count;
    this.end = behind.offset;
  }

  /**
   * Opens or makes the file and hands every block in it, in order, to `each`: from the first on, or from behind those that the caller
   * knows to be as they were written. Throws LedgerDamage.
   */
  static async open(path: string, each: EachBlock, behind: FileEnd = { count: 0, offset: 0 }): Promise<BlockFile> {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'a+', 0o600);
    const blocks = new BlockFile(file, path, behind);
    try {
      await blocks.scan(each);
    } catch (error) {
      await file.close();
      throw error;
    }
    return blocks;
  }

  get height(): number {
    return this.count;
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

  private async scan(each: EachBlock): Promise<void> {
    const { size } = await this.file.stat();
    const window = new FileWindow(this.file.fd);
    while (this.end < size) {
      const header = await this.nextHeader(window, size);
      if (!header) return this.cutTail();
      const body = window.at(this.end + HEADER_SIZE, header.length);
      if (body.length < header.length) return this.cutTail();
      if (!isWhole(body, header)) {
        if (await this.isUnwritten(size, header)) return this.cutTail();
        throw this.damage('its content does not match its checksum');
      }
      each(body, header.number, this.place(header));
      this.count += 1;
      this.end += HEADER_SIZE + header.length;
    }
  }

  /** Undefined where the writing of a frame has only begun. */
  private async nextHeader(window: FileWindow, size: number): Promise<FrameHeader | undefined> {
    const head = window.at(this.end, HEADER_SIZE);
    if (head.length < HEADER_SIZE) return undefined;
    const header = readHeader(head);
    if (!header && (await this.isZeroFrom(head, size))) return undefined;
    return this.checkHeader(header);
  }

  private place({ length, checksum }: FrameHeader): BlockPlace {
    return { offset: this.end, length, checksum };
  }

  /** The file was made longer and the power went before the bytes followed: nothing but zeros is left. */
  private async isZeroFrom(head: Buffer, size: number): Promise<boolean> {
    if (head.some((byte) => byte !== 0) || size - this.end > MAX_BLOCK_SIZE) return false;
    return isZero(await readAt(this.file, this.end, size - this.end));
  }

  /** The last frame, whose final sector never reached the disk. */
  private async isUnwritten(size: number, { length }: FrameHeader): Promise<boolean> {
    const frameEnd = this.end + HEADER_SIZE + length;
    const tail = Math.min(512, length);
    return frameEnd === size && isZero(await readAt(this.file, size - tail, tail));
  }

  private async cutTail(): Promise<void> {
    await this.file.truncate(this.end);
    await this.file.datasync();
  }

  /** Writes the next block and waits for the disk. After a failure the file must not be used further. */
  async append(block: Uint8Array): Promise<BlockPlace> {
    const bytes = frame(this.height, block);
    let written = 0;
    // Into the system's cache, which takes microseconds; only the disk is worth waiting for in another thread.
    while (written < bytes.length) written += writeSync(this.file.fd, bytes, written);
    await this.file.datasync();
    const place = this.place(readHeader(bytes)!);
    this.count += 1;
    this.end += bytes.length;
    return place;
  }

  /** The bytes of a block. Throws LedgerDamage when it is not there as it was written. */
  async read(number: number, { offset, length, checksum }: BlockPlace): Promise<Buffer> {
    const bytes = await readAt(this.file, offset, HEADER_SIZE + length);
    const header = bytes.length === HEADER_SIZE + length ? readHeader(bytes) : undefined;
    const body = bytes.subarray(HEADER_SIZE);
    if (header?.checksum !== checksum || !isWhole(body, header))
      throw new LedgerDamage(`The block file ${this.path} is damaged at block ${number} (byte ${offset}).`);
    return body;
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}
