import { join } from 'node:path';
import type { Command } from 'commander';
import { readConfig } from '../config.js';
import { StartError } from '../start-error.js';
import type { Finding } from '../verify/index.js';

interface Options {
  pin?: string;
  content?: string;
  since?: string;
}

/** A receipt needs these files and nothing else: no database code is loaded for it. */
async function ofReceipt(file: string, pinFile: string, content: string | undefined): Promise<Finding> {
  const { verifyFile } = await import('../verify/verify-file.js');
  return verifyFile(file, pinFile, content);
}

async function ofLog(checkpoint: string, pinFile: string): Promise<Finding> {
  const { openRunningStore } = await import('../installation.js');
  const { verifySince } = await import('../verify/verify-since.js');
  const store = await openRunningStore(readConfig());
  try {
    return await verifySince(checkpoint, pinFile, (sql, values) => store.dataSource.query(sql, values));
  } finally {
    await store.close();
  }
}

async function verify(file: string | undefined, { pin, content, since }: Options): Promise<void> {
  // Whatever fails before there is a verdict must not look like one.
  process.exitCode = 2;
  const pinFile = pin ?? join(readConfig().dataDir, 'pin.json');
  if ((file === undefined) === (since === undefined)) {
    throw new StartError('Name either a file with a receipt, or a checkpoint by --since.');
  }
  const finding = file === undefined ? await ofLog(since ?? '', pinFile) : await ofReceipt(file, pinFile, content);
  process.stdout.write(`${finding.lines.join('\n')}\n`);
  process.exitCode = finding.exitCode;
}

/** `verify`: checks a receipt offline, or that the running log extends a kept checkpoint. Exit code 0 OK, 1 another verdict, 2 unusable. */
export function verifyCommand(command: Command): Command {
  return command
    .argument('[file]', 'a saved receipt')
    .option('--pin <file>', 'the trust root; default: the pin of this installation')
    .option('--content <file>', "the version's bytes, to be compared with what was recorded")
    .option('--since <file>', 'a checkpoint kept earlier: proves that the log of the running server extends it')
    .action(verify);
}
