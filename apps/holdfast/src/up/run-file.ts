import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What runs now on a DATA_DIR: for commands that talk to it. Mode 0600, because the URL holds a password. */
export interface RunFile {
  pid: number;
  /** `postgres` is absent when the user brings a database. */
  ports: { api: number; ledger: number; contract: number; postgres?: number };
  databaseUrl: string;
}

const runFile = (dataDir: string) => join(dataDir, 'run.json');

export function writeRunFile(dataDir: string, content: RunFile): void {
  const draft = `${runFile(dataDir)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, runFile(dataDir));
}

export function removeRunFile(dataDir: string): void {
  rmSync(runFile(dataDir), { force: true });
}

/** Undefined when nothing runs, or ran and was stopped. After a kill the file stays: its pid is then dead. */
export function readRunFile(dataDir: string): RunFile | undefined {
  try {
    return JSON.parse(readFileSync(runFile(dataDir), 'utf8')) as RunFile;
  } catch {
    return undefined;
  }
}
