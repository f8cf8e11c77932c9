// holdfast-receipt/1: that a receipt is not only genuine but the one that was asked for.
import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { contentCommitment, type EventDraft } from '#libs/evidence';
import { receiptCheck } from '../apps/holdfast/src/import/index.js';
import { PaperLedger, paper } from '../libs/evidence/test/paper-ledger.js';

const key = randomBytes(32);
const bytes = Buffer.from('{"resourceType":"Patient","id":"p1"}');
const version = { type: 'Patient', id: 'p1', version: '1' };
const content = { ...version, bytes, lastUpdated: '2026-11-21T09:30:00.250Z', labels: [] };
const draft: EventDraft = {
  action: 'create',
  decision: 'permit',
  outcome: 201,
  definitions: 'r4',
  content: contentCommitment(key, content),
  subject: version,
};

const site = new PaperLedger();
const index = site.add(draft);
const receipt = site.text(index, { content, key });
const check = receiptCheck(site.pin, paper);
const sha256 = createHash('sha256').update(bytes).digest('hex');

test('the receipt of the version, over the bytes that were read, is OK', () => {
  expect(check(receipt, { ...version, sha256 })).toEqual({ verdict: 'OK' });
  expect(check(receipt, version)).toEqual({ verdict: 'OK' });
});

describe('a genuine receipt is ALTERED when', () => {
  test.each([
    [{ ...version, id: 'p2' }, 'the receipt is of another version'],
    [{ ...version, version: '2' }, 'the receipt is of another version'],
    [
      { ...version, sha256: sha256.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) },
      'what was read back is not what the event committed to',
    ],
  ])('%j was asked for', (about, detail) => {
    expect(check(receipt, about)).toEqual({ verdict: 'ALTERED', detail });
  });

  test('it does not say what it commits to', () => {
    expect(check(site.text(index), version)).toMatchObject({ verdict: 'ALTERED' });
  });
});

test('the verdict on a receipt of another installation is passed on', () => {
  expect(receiptCheck(new PaperLedger().pin, paper)(receipt, version)).toMatchObject({ verdict: 'UNTRUSTED_KEY' });
});
