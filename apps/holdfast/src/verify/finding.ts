import { X509Certificate } from 'node:crypto';
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

/** The pin in this file, with certificates that can be read. Throws Unusable. */
export async function readPinFile(path: string): Promise<Pin> {
  const pin = pinIn(await readFileOf(path), path);
  for (const each of pin.adopted ? [pin, pin.adopted.before] : [pin]) checkCertificates(each, path);
  return pin;
}

function pinIn(source: Buffer, path: string): Pin {
  try {
    return parsePin(source);
  } catch (error) {
    if (error instanceof FormatError) throw new Unusable(`${path} is no pin: ${error.message}.`);
    throw error;
  }
}

function checkCertificates({ ordererMsps, peerMsps }: Pin, path: string): void {
  for (const [mspId, roots] of [ordererMsps, peerMsps].flatMap((msps) => Object.entries(msps))) {
    if (roots.length > 0 && roots.every(isReadable)) continue;
    throw new Unusable(`The pin ${path} cannot be used: it has no readable certificates of ${JSON.stringify(mspId)}.`);
  }
}

function isReadable(pem: string): boolean {
  try {
    // The key is read late, so it is asked for here.
    return new X509Certificate(pem).publicKey.type === 'public';
  } catch {
    return false;
  }
}

/**
 * The finding of `attempt`, or exit code 2 when it could not be made: a sentence where a file was unusable, and otherwise where in the
 * program it failed. That is no verdict on anybody's files.
 */
export async function finding(attempt: () => Promise<Finding>): Promise<Finding> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof Unusable) return { lines: [error.message], exitCode: 2 };
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { lines: ['The verification could not be made; nothing is said of the file by this.', trace], exitCode: 2 };
  }
}

/** One line of a table, without anything in it that a terminal would act upon. */
export function line(name: string, value: string): string {
  return `${name.padEnd(10)}${value.replace(/\p{C}/gu, '?')}`;
}
