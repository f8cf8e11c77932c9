import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Progress goes to stderr: what a command prints on stdout is its answer and nothing else. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}
