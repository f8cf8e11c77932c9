import { expect, test } from '@jest/globals';
import { InFlight } from '../src/in-flight.js';

test('no more calls than the limit run at once, and all of them run, in order, also when some fail', async () => {
  const inFlight = new InFlight(3);
  const started: number[] = [];
  let running = 0;
  let most = 0;
  const call = (index: number) =>
    inFlight.run(async () => {
      started.push(index);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, index % 4));
      running -= 1;
      if (index % 5 === 0) throw new Error(`call ${index}`);
      return index;
    });
  const all = await Promise.allSettled(Array.from({ length: 40 }, (_, index) => call(index)));
  expect(most).toBe(3);
  expect(started).toEqual(Array.from({ length: 40 }, (_, index) => index));
  expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(8);
  expect(await call(1)).toBe(1);
});
