// One block in the block file: a header of 24 bytes that is checked by itself, then the block
import { crc32 } from 'node:zlib';

const MAGIC = 0x48465342; // "HFSB"
export const HEADER_SIZE = 24;
/** More than the largest block that is ever cut. */
export const MAX_BLOCK_SIZE = 64 * 1024 * 1024;

export interface FrameHeader {
  number: number;
  length: number;
  checksum: number;
}

/** magic u32 | block number u64 | length u32 | CRC-32 of the block u32 | CRC-32 of the 20 bytes before u32, big-endian. */
export function frame(number: number, block: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_SIZE);
  header.writeUInt32BE(MAGIC, 0);
  header.writeBigUInt64BE(BigInt(number), 4);
  header.writeUInt32BE(block.length, 12);
  header.writeUInt32BE(crc32(block), 16);
  header.writeUInt32BE(crc32(header.subarray(0, 20)), 20);
  return Buffer.concat([header, block]);
}

/** The header, or undefined when its own checksum or magic number does not fit. */
export function readHeader(bytes: Buffer): FrameHeader | undefined {
  const good = bytes.readUInt32BE(0) === MAGIC && bytes.readUInt32BE(20) === crc32(bytes.subarray(0, 20));
  if (!good) return undefined;
  return { number: Number(bytes.readBigUInt64BE(4)), length: bytes.readUInt32BE(12), checksum: bytes.readUInt32BE(16) };
}

export function isWhole(block: Uint8Array, header: FrameHeader): boolean {
  return crc32(block) === header.checksum;
}
