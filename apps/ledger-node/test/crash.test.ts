// kill -9 under load, a short sample of crash.long.test.ts
import { expect, test } from '@jest/globals';
import { crashes } from './crash.js';

test('killed six times under load the node loses nothing that it acknowledged, and its chain is whole', async () => {
  const { acknowledged, heights, replayed, lastHeight } = await crashes({ kills: 6, seed: 7 });
  expect(acknowledged.length).toBeGreaterThan(6);
  const missing = acknowledged.filter((key) => !replayed.state.get('anchor', key));
  expect(missing).toEqual([]);
  expect(heights).toEqual(heights.toSorted((a, b) => a - b));
  expect(replayed.height).toBe(lastHeight);
}, 120_000);
