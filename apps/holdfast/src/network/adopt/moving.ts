// Where a move of the log stands, by the files of DATA_DIR
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths below DATA_DIR that a move makes or changes. */
export function movePlaces(dataDir: string) {
  const at = (name: string) => join(dataDir, name);
  return {
    /** There while a move is begun and not finished. */
    moving: at('moving.json'),
    ledger: at('ledger'),
    /** The ledger before, with its blocks and keys: kept. */
    before: at('ledger-before'),
    /** Made whole once everything is decided. */
    next: at('ledger-next'),
    pin: at('pin.json'),
    pinBefore: at('pin-before.json'),
  };
}

/** Where the log is moving to; undefined when no move is under way. */
export function movingTo(dataDir: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(movePlaces(dataDir).moving, 'utf8')) as { to: string }).to;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function beginMoving(dataDir: string, to: string): void {
  const { moving } = movePlaces(dataDir);
  writeFileSync(`${moving}.new`, `${JSON.stringify({ to })}\n`, { mode: 0o600 });
  renameSync(`${moving}.new`, moving);
}

export function endMoving(dataDir: string): void {
  rmSync(movePlaces(dataDir).moving, { force: true });
}

/** Only files are left to change: both ledgers and the database are done. */
export function isDecided(dataDir: string): boolean {
  const { next, ledger } = movePlaces(dataDir);
  const switched = movingTo(dataDir) !== undefined && existsSync(join(ledger, 'pin.json'));
  return switched || existsSync(join(next, 'pin.json'));
}

/** Has the log of this installation moved here from another ledger? */
export function hasMoved(dataDir: string): boolean {
  return existsSync(join(movePlaces(dataDir).ledger, 'pin.json'));
}

/** Puts the new ledger's files and pin in the place of those before, which are kept. May be killed anywhere and called again. */
export function switchFiles(dataDir: string): void {
  const { ledger, before, next, pin, pinBefore } = movePlaces(dataDir);
  if (!existsSync(before)) renameSync(ledger, before);
  if (existsSync(next)) renameSync(next, ledger);
  const text = readFileSync(join(ledger, 'pin.json'));
  const held = readFileSync(pin);
  if (!held.equals(text)) {
    replace(pinBefore, held);
    replace(pin, text);
  }
  endMoving(dataDir);
}

function replace(path: string, content: Uint8Array): void {
  writeFileSync(`${path}.new`, content, { mode: 0o644, flush: true });
  renameSync(`${path}.new`, path);
}
