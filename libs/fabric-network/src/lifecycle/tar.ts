// POSIX.1-1988 ustar: a tar archive that is the same for the same content, whenever and wherever it is made
const BLOCK = 512;
const MAX_NAME = 100;

export interface TarEntry {
  name: string;
  content: Uint8Array;
}

/** Regular files, mode 0644, owner 0, time 0. Names of at most 100 ASCII characters. */
export function tar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(({ name, content }) => record(name, content)), Buffer.alloc(2 * BLOCK)]);
}

function record(name: string, content: Uint8Array): Uint8Array[] {
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  return [header(name, content.length), content, padding];
}

function header(name: string, size: number): Buffer {
  if (!/^[\x21-\x7e]+$/.test(name) || name.length > MAX_NAME) throw new RangeError('not a name for a tar entry');
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 'ascii');
  const fields: [value: number, at: number, digits: number][] = [
    [0o644, 100, 7],
    [0, 108, 7],
    [0, 116, 7],
    [size, 124, 11],
    [0, 136, 11],
  ];
  for (const [value, at, digits] of fields) block.write(value.toString(8).padStart(digits, '0'), at, 'ascii');
  block.write('0', 156, 'ascii');
  block.write('ustar\u000000', 257, 'ascii');
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
  return block;
}
