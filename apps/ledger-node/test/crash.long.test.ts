// kill -9 of the node 100 times under load: it comes back, no half block, nothing acknowledged is lost
import { expect, test } from '@jest/globals';
import { crashes } from './crash.js';

const KILLS = Number(process.env.LONG_KILLS ?? 100);
const SEED = Number(process.env.LONG_SEED ?? 20_261_121);

test(`killed ${KILLS} times under load (seed ${SEED}) the node loses nothing that it acknowledged`, async () => {
  const { acknowledged, heights, replayed, lastHeight } = await crashes({ kills: KILLS, seed: SEED });
  process.stdout.write(
    `${KILLS} kills, ${acknowledged.length} transactions acknowledged, ${replayed.height} blocks judged again\n`,
  );
  expect(acknowledged.length).toBeGreaterThan(KILLS);
  expect(acknowledged.filter((key) => !replayed.state.get('anchor', key))).toEqual([]);
  expect(heights).toEqual(heights.toSorted((a, b) => a - b));
  expect(replayed.height).toBe(lastHeight);
}, 900_000);
