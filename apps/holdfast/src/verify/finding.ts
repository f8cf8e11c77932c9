import { open } from 'node:fs/promises';
import { FormatError, type Pin, parsePin } from '#libs/evidence';

/** What a verification prints, and how the program then ends: 0 OK, 1 any other verdict, 2 it could not be made. */
export interface Finding {
  lines: string[];
  exitCode: 0 | 1 | 2;
}

/** A file that cannot be used for a verification, as one plain sentence. */
export class Unusable extends Error {
  override readonly name = 'Unusable';
}

const MOST_BYTES = 64 * 1024 * 1024;

/** The whole file, of at most 64 MB. Throws Unusable. */
export async function readFileOf(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > MOST_BYTES) throw new Unusable(`${path} is too large to be what is expected.`);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Unusable) throw error;
    throw new Unusable(`${path} cannot be read.`);
  }
}

/** The pin in this file. Throws Unusable. */
export async function readPinFile(path: string): Promise<Pin> {
  const source = await readFileOf(path);
  try {
    return parsePin(source);
  } catch (error) {
    if (error instanceof FormatError) throw new Unusable(`${path} is no pin: ${error.message}.`);
    throw error;
  }
}

/** The finding of `attempt`, or exit code 2 and a sentence when a file was unusable. */
export async function finding(attempt: () => Promise<Finding>): Promise<Finding> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof Unusable) return { lines: [error.message], exitCode: 2 };
    throw error;
  }
}

/** One line of a table, without anything in it that a terminal would act upon. */
export function line(name: string, value: string): string {
  return `${name.padEnd(10)}${value.replace(/\p{C}/gu, '?')}`;
}
