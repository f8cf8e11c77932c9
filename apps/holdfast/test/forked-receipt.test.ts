// Two batches from one base: an operator signs for the one that the ledger refused, and what `verify` says of that
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pinText } from '#libs/evidence';
import { type Block } from '#libs/fabric-block';
import { SITE, TestSite } from '../../anchor-worker/test/site.js';
import { verifyFile } from '../src/verify/index.js';
import { ForkedLog, type Sent } from './forked-log.js';

let folder: string;
let site: TestSite;
let log: ForkedLog;

async function judged(one: Sent, successor?: Uint8Array, block?: Block) {
  await writeFile(join(folder, 'receipt.json'), await log.receipt(one, successor, block));
  return verifyFile(join(folder, 'receipt.json'), join(folder, 'pin.json'));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-forked-'));
  site = await TestSite.open();
  log = new ForkedLog(site.ledger, site.net.node.network, SITE);
  await log.make();
  await writeFile(join(folder, 'pin.json'), pinText(log.pin));
}, 30_000);
afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true });
});

it('the ledger found one of the two VALID', () => {
  const { shown, hidden, next } = log.batches;
  expect([shown.code, hidden.code, next.code]).toEqual(['VALID', 'MVCC_READ_CONFLICT', 'VALID']);
});

describe('the batch that the ledger took', () => {
  it('is OK with the next one, and shown to be VALID by those who endorsed that', async () => {
    const { shown, next } = log.batches;
    const { lines, exitCode } = await judged(shown, next.envelope);
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatch(/^OK .*; found VALID by the peers of HospitalAMSP and HospitalBMSP, as their endorsement/);
    expect(lines.join('\n')).toMatch(
      new RegExp(`valid +found so by the peers of HospitalAMSP, HospitalBMSP.*\n +in transaction ${next.txId}`),
    );
  });

  it('is OK with a next one that was endorsed and never sent: it shows the same', async () => {
    const { shown, unsent } = log.batches;
    expect((await judged(shown, unsent.envelope)).lines[0]).toMatch(/; found VALID by the peers of /);
  });

  it.each<[string, () => Uint8Array, RegExp]>([
    ['a later batch', () => log.batches.later.envelope, /^ALTERED +the successor is not the next batch of the log$/],
    ['its own batch', () => log.batches.shown.envelope, /^ALTERED +the successor is not the next batch of the log$/],
    ['the batch of another site', () => log.batches.foreign.envelope, /^ALTERED .*does not write the log of site-a$/],
    ['a changed batch', () => flipped(log.batches.next.envelope), /^ALTERED +the successor does not hold/],
    ['garbage', () => Buffer.from('garbage'), /^ALTERED +the successor does not hold/],
    ['one that too few have endorsed', () => log.batches.lone.envelope, /^ALTERED .*by HospitalAMSP alone, but 2 of/],
  ])('is not OK with %s as the next', async (_, envelope, said) => {
    expect(await judged(log.batches.shown, envelope())).toEqual({
      exitCode: 1,
      lines: [expect.stringMatching(said)],
    });
  });
});

function flipped(envelope: Uint8Array): Uint8Array {
  const copy = Buffer.from(envelope);
  copy[copy.length - 100]! ^= 1;
  return copy;
}

describe('the batch that the ledger refused', () => {
  it('has a receipt which says that its VALID is the word of the site alone, and how that is found out', async () => {
    const { lines, exitCode } = await judged(log.batches.hidden);
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatch(/^OK .*; that it was found VALID there is so far the word of site-a$/);
    expect(lines.join('\n')).toMatch(/valid +so far the word of site-a.*\n +once there is a next batch, a receipt/);
  });

  it('is FORKED with the next batch, for its endorsers had the other one in force', async () => {
    const { hidden, next } = log.batches;
    const { lines, exitCode } = await judged(hidden, next.envelope);
    expect(exitCode).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/^FORKED +the endorsers of the next batch had transaction 0 of block /),
    ]);
  });

  it('is FORKED with the next batch also where the orderer has signed a second block with it in the place of the other', async () => {
    const { shown, hidden, next } = log.batches;
    const second = await log.secondBlock(hidden, shown);
    expect((await judged(hidden, undefined, second)).exitCode).toBe(0);
    expect(await judged(hidden, next.envelope, second)).toEqual({
      exitCode: 1,
      lines: [expect.stringMatching(/^FORKED +the endorsers of the next batch had another log than this one$/)],
    });
  });

  it('cannot have a next batch of its own', async () => {
    await expect(log.endorsed('after hidden', log.batches.hidden.batch.range)).rejects.toThrow();
  });
});
