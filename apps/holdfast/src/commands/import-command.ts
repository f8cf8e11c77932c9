import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { parsePin } from '#libs/evidence';
import { readConfig } from '../config.js';
import { receiptCheck, runImport } from '../import/index.js';
import { openRunningStore } from '../installation.js';
import { StartError } from '../start-error.js';
import { issueToken, type TokenRequest } from '../token/issue-token.js';
import { apiOrigin } from '../up/services.js';

interface Options {
  examples?: boolean;
  check?: boolean;
  pin?: string;
  token?: string;
  parallel?: number;
}

function parallelOf(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 256) return number;
  throw new InvalidArgumentError('It is a whole number from 1 to 256.');
}

/** The pin is read when the first receipt is checked: at the first start it is written only once the ledger is there. */
function lazyCheck(pinFile: string): ReturnType<typeof receiptCheck> {
  let check: ReturnType<typeof receiptCheck> | undefined;
  return (text, about) => {
    check ??= receiptCheck(parsePin(readFileSync(pinFile)));
    return check(text, about);
  };
}

function ownRecord(patient: string): TokenRequest {
  return { scope: 'patient/*.rs', patient, purpose: 'PATRQT' };
}

async function runCommand(files: string[], options: Options): Promise<void> {
  const { examples = false, check = false, pin, token, parallel } = options;
  const config = readConfig();
  if (config.hasIssuers && token === undefined) {
    throw new StartError('With ISSUERS set, the server believes no token made here: give one of theirs by --token.');
  }
  const pinFile = pin ?? join(config.dataDir, 'pin.json');
  const store = check ? await openRunningStore(config) : undefined;
  try {
    process.exitCode = await runImport({
      base: `${apiOrigin(config)}/fhir`,
      token: token ?? (await issueToken({ scope: 'system/*.cruds', purpose: 'TREAT', expires: 86_400 }, config)),
      files,
      examples,
      check,
      ...(parallel === undefined ? {} : { parallel }),
      dataDir: config.dataDir,
      out: process.stdout,
      pinFile,
      verifyReceipt: lazyCheck(pinFile),
      ...(config.hasIssuers ? {} : { patientToken: (patient: string) => issueToken(ownRecord(patient), config) }),
      ...(store ? { denialOnRecord: (type: string, id: string) => store.isDenialOnRecord({ type, id }) } : {}),
    });
  } finally {
    await store?.close();
  }
}

/** `import`: stores files, or the official examples, in the running server; exit code 0 only if nothing is left over. */
export function importCommand(command: Command): Command {
  return command
    .argument('[files...]', 'resources, Bundles (.json), NDJSON (.ndjson), and folders of them')
    .option('--examples', 'the clinical instances of the FHIR R4 specification')
    .option('--check', 'read everything back, wait until it is anchored, verify every receipt')
    .option('--parallel <number>', 'requests under way at a time (8)', parallelOf)
    .option('--pin <file>', 'verify receipts against this pin instead of the pin of this installation')
    .option('--token <token>', 'a token of a system client, where the server does not issue its own')
    .action(runCommand);
}
