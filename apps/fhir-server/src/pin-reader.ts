import { readFile } from 'node:fs/promises';
import { type Pin, parsePin } from '#libs/evidence';

/** Reads the pin of this installation, which the worker writes when it first sees the ledger, and keeps it once it is there. */
export function pinReader(file: string): () => Promise<Pin | undefined> {
  let known: Pin | undefined;
  return async () => {
    known ??= await read(file);
    return known;
  };
}

async function read(file: string): Promise<Pin | undefined> {
  try {
    return parsePin(await readFile(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
