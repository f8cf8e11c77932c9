import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { LogFile } from '../../src/up/log-file.js';

test('a log keeps the newest 20 MB and the file before, readable by its owner only', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-log-'));
  try {
    const path = join(folder, 'a.log');
    const megabyte = 'x'.repeat(1024 * 1024);
    const log = new LogFile(path);
    for (let written = 0; written < 45; written += 1) log.write(megabyte);
    log.write('the last line\n');
    expect(statSync(path).size).toBeLessThan(20 * 1024 * 1024);
    expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(20 * 1024 * 1024);
    expect(readFileSync(path, 'utf8').endsWith('the last line\n')).toBe(true);
    expect(statSync(path).mode & 0o077).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
