// RFC 6962 section 2.1: the log on the ledger against a tree that is computed from all leaves
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AnchorContract } from '../src/anchor-contract.js';
import { LedgerState } from './ledger-state.js';
import { batchAfter, leafOf, textOf, treeHead } from './plain-log.js';

const contract = new AnchorContract();
const SITE = 'a';
const batches = fc.array(fc.array(fc.string().map(leafOf), { minLength: 1, maxLength: 20 }), { maxLength: 12 });

async function appendAll(state: LedgerState, parts: readonly Buffer[][]): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for (const added of parts) {
    await contract.append(state.context('M'), textOf(batchAfter(SITE, all, added)));
    all.push(...added);
  }
  return all;
}

test('however leaves are cut into batches, the head is that of the plain tree', async () => {
  await fc.assert(
    fc.asyncProperty(batches, async (parts) => {
      const state = new LedgerState();
      const all = await appendAll(state, parts);
      const head = JSON.parse(await contract.head(state.context('M'), textOf({ site: SITE })));
      expect(head.size).toBe(all.length);
      if (all.length > 0) expect(head.root).toBe(treeHead(all).toString('base64'));
    }),
  );
});

test('the same batches give the same bytes in the state', async () => {
  await fc.assert(
    fc.asyncProperty(batches, async (parts) => {
      const states = [new LedgerState(), new LedgerState()] as const;
      for (const state of states) await appendAll(state, parts);
      expect(states[0].values).toEqual(states[1].values);
    }),
    { numRuns: 30 },
  );
});

test('a batch whose leaves or place differ in one bit is refused', async () => {
  const flips = fc.record({ at: fc.nat(), bit: fc.integer({ min: 0, max: 7 }) });
  await fc.assert(
    fc.asyncProperty(
      batches,
      fc.array(fc.string().map(leafOf), { minLength: 1, maxLength: 8 }),
      flips,
      async (parts, added, { at, bit }) => {
        const state = new LedgerState();
        const all = await appendAll(state, parts);
        const batch = batchAfter(SITE, all, added);
        const bytes = Buffer.from(batch.leaves, 'base64');
        const index = at % bytes.length;
        fc.pre(index % 33 !== 0);
        bytes[index]! ^= 1 << bit;
        const changed = textOf({ ...batch, leaves: bytes.toString('base64') });
        await expect(contract.append(state.context('M'), changed)).rejects.toThrow(/^WRONG_ROOT /);
      },
    ),
  );
});
