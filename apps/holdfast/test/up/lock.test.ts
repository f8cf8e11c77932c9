import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startedAt } from '../../src/process/process-state.js';
import { lockHolder, takeLock } from '../../src/up/lock.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const holder = (pid: number, started: string) => writeFileSync(join(folder, 'lock'), JSON.stringify({ pid, started }));

describe('the lock of a DATA_DIR', () => {
  test('is held by one, and names its process to the second', () => {
    const lock = takeLock(folder);
    expect(lockHolder(folder)).toBe(process.pid);
    expect(() => takeLock(folder)).toThrow(`process ${process.pid}). Stop it first, or set DATA_DIR`);
    lock.release();
    expect(lockHolder(folder)).toBeUndefined();
    takeLock(folder).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is taken from one that was killed', async () => {
    const killed = spawn('sleep', ['60']);
    holder(killed.pid ?? 0, startedAt(killed.pid ?? 0));
    expect(() => takeLock(folder)).toThrow(`process ${killed.pid}`);
    const gone = new Promise((resolve) => killed.once('exit', resolve));
    killed.kill('SIGKILL');
    await gone;
    takeLock(folder);
    expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
  });

  test('is not mistaken for held when its number now belongs to another process', () => {
    const other = spawn('sleep', ['60']);
    holder(other.pid ?? 0, 'another time');
    takeLock(folder).release();
    expect(other.exitCode).toBeNull();
    other.kill();
  });

  test('is taken from a file that says nothing', () => {
    writeFileSync(join(folder, 'lock'), '');
    takeLock(folder).release();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });
});
