// A deadline is a time of day, and a clock may be set back under way: no call waits for ever all the same
import { expect, test } from '@jest/globals';
import { classifyError } from '../src/classify-error.js';
import { inTime } from '../src/deadlines.js';

test('a call whose deadline does not come is given up soon after its time, as one that may be made again', async () => {
  const from = performance.now();
  const error = await inTime(50, () => new Promise<never>(() => undefined)).catch((thrown: unknown) => thrown);
  expect(performance.now() - from).toBeGreaterThan(1_000);
  expect(performance.now() - from).toBeLessThan(10_000);
  expect(classifyError('status', error)).toMatchObject({ code: 'DEADLINE_EXCEEDED', retryable: true });
});

test('a call that ends in time is left alone', async () => {
  await expect(inTime(50, async () => 'done')).resolves.toBe('done');
  await expect(inTime(50, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
});
