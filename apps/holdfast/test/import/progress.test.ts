import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { Progress } from '../../src/import/progress.js';

function shown(isTTY: boolean, total: number) {
  const lines: string[] = [];
  const out = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const clock = { now: 0 };
  return { lines, clock, progress: new Progress(Object.assign(out, { isTTY }), 'Loading', total, () => clock.now) };
}

test('without a terminal there is a line every five seconds with percent, count, rate and remaining time', () => {
  const { lines, clock, progress } = shown(false, 1000);
  for (const now of [1000, 4999, 6000, 7000]) {
    clock.now = now;
    progress.advance(100);
  }
  expect(lines).toEqual(['Loading:  30 %  3  1/s  0:14 left\n']);
  progress.finish();
  expect(lines.at(-1)).toBe('Loading: 100 %  4  1/s  0:07 taken\n');
});

test('on a terminal a bar is redrawn in place', () => {
  const { lines, clock, progress } = shown(true, 2);
  clock.now = 500;
  progress.advance();
  progress.finish();
  expect(lines[0]).toBe('\r\u001b[2KLoading    [############............]  50 %  1  2/s  0:01 left');
  expect(lines[1]).toBe('\r\u001b[2KLoading    [########################] 100 %  1  2/s  0:01 taken\n');
});
