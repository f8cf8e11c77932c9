// Two batches from one base: an operator signs for the one that the ledger refused, and what `verify` says of that
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Batch,
  blockSha256,
  decodeOpening,
  leafEntry,
  type MadeEvent,
  makeBatch,
  makeEvent,
  pinText,
  type Receipt,
  receiptText,
  signCheckpoint,
} from '#libs/evidence';
import { blockFlags, decodeBlock, encodeBlock, METADATA, VALIDATION_CODE } from '#libs/fabric-block';
import { CompactRange } from '#libs/merkle';
import type { Installation } from '../../anchor-worker/src/installation/installation.js';
import { SITE, TestSite } from '../../anchor-worker/test/site.js';
import { verifyFile } from '../src/verify/index.js';

interface Sent {
  event: MadeEvent;
  batch: Batch;
  txId: string;
  envelope: Uint8Array;
  code: string;
}

let folder: string;
let site: TestSite;
let installation: Installation;
let [shown, hidden, next, later, foreign, lone, unsent]: Sent[] = [];

/** A batch of one event, endorsed but not sent. */
async function endorsed(client: string, before: CompactRange, of = SITE, endorsers?: string[]): Promise<Sent> {
  const draft = { action: 'read', decision: 'permit', outcome: 200, client, definitions: 'r4' } as const;
  const event = makeEvent(draft, of, BigInt(Date.now()) * 1000n);
  const batch = makeBatch(of, before, leafEntry('permit', event.leaf));
  return { event, batch, ...(await site.ledger.prepare('append', batch.argument, endorsers)), code: '' };
}

async function sent(one: Sent): Promise<Sent> {
  await site.ledger.submit(one.envelope, one.txId);
  return { ...one, code: (await site.ledger.status(one.txId, 5_000))!.code };
}

/** The receipt of the only event of a batch at the log's first place, with every flag of its block set to VALID. */
async function receiptOf({ event, batch, txId }: Sent, successor?: Uint8Array): Promise<Receipt> {
  const block = decodeBlock(await site.ledger.block(txId));
  const flags = blockFlags(block).map(() => VALIDATION_CODE.VALID);
  const forged = Buffer.from(
    encodeBlock({ ...block, metadata: block.metadata.with(METADATA.TRANSACTIONS_FILTER, flags) }),
  );
  const place = { txId, blockNumber: BigInt(block.number), blockSha256: blockSha256(forged) };
  const { origin } = installation.pin;
  return {
    record: event.record,
    opening: decodeOpening(event.opening),
    inclusion: { leafIndex: 0, treeSize: 1, hashes: [] },
    checkpoint: signCheckpoint({ origin, size: 1, root: batch.range.root(), ...place }, installation.key),
    transaction: txId,
    block: forged,
    successor,
  };
}

async function judged(one: Sent, successor?: Uint8Array) {
  await writeFile(join(folder, 'receipt.json'), receiptText(await receiptOf(one, successor)));
  return verifyFile(join(folder, 'receipt.json'), join(folder, 'pin.json'));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-forked-'));
  site = await TestSite.open();
  installation = await site.installation();
  await writeFile(join(folder, 'pin.json'), pinText(installation.pin));
  const [one, other] = [await endorsed('shown', CompactRange.of()), await endorsed('hidden', CompactRange.of())];
  shown = await sent(one);
  hidden = await sent(other);
  lone = await endorsed('lone', shown.batch.range, SITE, ['HospitalAMSP']);
  unsent = await endorsed('unsent', shown.batch.range);
  next = await sent(await endorsed('next', shown.batch.range));
  later = await sent(await endorsed('later', next.batch.range));
  foreign = await sent(await endorsed('foreign', CompactRange.of(), 'site-b'));
}, 30_000);
afterAll(async () => {
  installation.ledger.close();
  await site.close();
  await rm(folder, { recursive: true });
});

it('the ledger found one of the two VALID', () => {
  expect([shown!.code, hidden!.code, next!.code]).toEqual(['VALID', 'MVCC_READ_CONFLICT', 'VALID']);
});

describe('the batch that the ledger took', () => {
  it('is OK with the next one, and shown to be VALID by those who endorsed that', async () => {
    const { lines, exitCode } = await judged(shown!, next!.envelope);
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatch(/^OK .*; found VALID by the peers of HospitalAMSP and HospitalBMSP, as their endorsement/);
    expect(lines.join('\n')).toMatch(
      new RegExp(`valid +found so by the peers of HospitalAMSP, HospitalBMSP.*\n +in transaction ${next!.txId}`),
    );
  });

  it('is OK with a next one that was endorsed and never sent: it shows the same', async () => {
    expect((await judged(shown!, unsent!.envelope)).lines[0]).toMatch(/; found VALID by the peers of /);
  });

  it.each<[string, () => Uint8Array, RegExp]>([
    ['a later batch', () => later!.envelope, /^ALTERED +the successor is not the next batch of the log$/],
    ['its own batch', () => shown!.envelope, /^ALTERED +the successor is not the next batch of the log$/],
    ['the batch of another site', () => foreign!.envelope, /^ALTERED .*does not write the log of site-a$/],
    ['a changed batch', () => flipped(next!.envelope), /^ALTERED +the successor does not hold/],
    ['garbage', () => Buffer.from('garbage'), /^ALTERED +the successor does not hold/],
    ['one that too few have endorsed', () => lone!.envelope, /^ALTERED .*endorsed by HospitalAMSP alone, but 2 of/],
  ])('is not OK with %s as the next', async (_, envelope, said) => {
    expect(await judged(shown!, envelope())).toEqual({ exitCode: 1, lines: [expect.stringMatching(said)] });
  });
});

function flipped(envelope: Uint8Array): Uint8Array {
  const copy = Buffer.from(envelope);
  copy[copy.length - 100]! ^= 1;
  return copy;
}

describe('the batch that the ledger refused', () => {
  it('has a receipt which says that its VALID is the word of the site alone, and how that is found out', async () => {
    const { lines, exitCode } = await judged(hidden!);
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatch(/^OK .*; that it was found VALID there is so far the word of site-a$/);
    expect(lines.join('\n')).toMatch(/valid +so far the word of site-a.*\n +once there is a next batch, a receipt/);
  });

  it('is FORKED with the next batch, for its endorsers had the other one in force', async () => {
    const { lines, exitCode } = await judged(hidden!, next!.envelope);
    expect(exitCode).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/^FORKED +the endorsers of the next batch had transaction 0 of block /),
    ]);
  });

  it('cannot have a next batch of its own', async () => {
    await expect(endorsed('after hidden', hidden!.batch.range)).rejects.toThrow();
  });
});
