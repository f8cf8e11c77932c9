import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../config.js';
import { StartError } from '../../start-error.js';

/** What was made of a move that is done but for the files in use. */
export interface MoveDone {
  size: number;
  channel: string;
  transaction: string;
  /** MSP ids that endorsed. */
  endorsers: string[];
  /** Who operates the new ledger, as its pin says. */
  operator: string;
}

type Message = { say: string } | { moved: MoveDone } | { failed: string; sealed: boolean };

/** It failed, and if `sealed` the log has left the ledger before. */
export class MoveFailed extends StartError {
  constructor(
    message: string,
    readonly sealed: boolean,
  ) {
    super(message);
  }
}

const mover = fileURLToPath(new URL('../../../../anchor-worker/src/move/main.js', import.meta.url));

function start(config: Config, databaseUrl: string, to: string): { child: ChildProcess; log: string } {
  const log = join(config.dataDir, 'logs', 'network-adopt.log');
  const file = openSync(log, 'a', 0o600);
  const { dataDir, site, variables } = config;
  const env = { ...variables, DATABASE_URL: databaseUrl, DATA_DIR: dataDir, SITE: site, MOVE_TO: to };
  const child = spawn(process.execPath, [mover], { env, stdio: ['ignore', file, file, 'ipc'] });
  closeSync(file);
  return { child, log };
}

/** Runs the program that moves the log, and follows it. It ends when we do. Rejects with MoveFailed. */
export function runMover(
  config: Config,
  databaseUrl: string,
  to: string,
  say: (line: string) => void,
): Promise<MoveDone> {
  const { child, log } = start(config, databaseUrl, to);
  return new Promise((resolve, reject) => {
    const fail = (reason: string, sealed: boolean) => reject(new MoveFailed(reason, sealed));
    child.once('error', (error) => fail(`The move could not be started: ${error.message}.`, false));
    child.once('exit', () => fail(`The move ended without a word. Its log: ${log}`, true));
    child.on('message', (message: Message) => {
      if ('say' in message) say(message.say);
      else if ('failed' in message) fail(message.failed, message.sealed);
      else resolve(message.moved);
    });
  });
}
