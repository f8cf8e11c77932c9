// holdfast-receipt/1: what a verification must notice
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  contentCommitment,
  type EventDraft,
  parseReceipt,
  type Receipt,
  receiptText,
  verifyReceipt,
} from '../src/index.js';
import { type Forgery, openPaper, PaperLedger, paper } from './paper-ledger.js';

const key = randomBytes(32);
const content = {
  bytes: Buffer.from('{"resourceType":"Patient","id":"p1"}'),
  type: 'Patient',
  id: 'p1',
  version: '1',
  lastUpdated: '2026-01-02T03:04:05.678Z',
  labels: [],
};
const create: EventDraft = {
  action: 'create',
  decision: 'permit',
  outcome: 201,
  patient: 'p1',
  agent: 'Practitioner/1',
  client: 'ehr',
  purpose: 'TREAT',
  definitions: 'r4',
  content: contentCommitment(key, content),
  subject: { type: 'Patient', id: 'p1', version: '1' },
};
const search: EventDraft = {
  action: 'search-type',
  decision: 'permit',
  outcome: 200,
  client: 'ehr',
  definitions: 'r4',
  query: 'Patient?name=x',
  versions: [{ type: 'Patient', id: 'p1', version: '1', commitment: create.content! }],
};

const site = new PaperLedger();
const at = [create, search, search, create, search].map((draft) => site.add(draft))[3]!;
const judge = (text: string, bytes?: Uint8Array) => verifyReceipt(text, site.pin, paper, bytes);
const genuine = site.text(at, { first: 2, content, key });
const changed = (change: (receipt: Receipt) => Partial<Receipt>) => {
  const receipt = site.receipt(at, { first: 2, content, key });
  return judge(receiptText({ ...receipt, ...change(receipt) }));
};

describe('a genuine receipt', () => {
  it('is OK, and tells what it proves', () => {
    const { verdict, event } = judge(genuine, content.bytes);
    expect(verdict).toBe('OK');
    expect(event).toMatchObject({
      leafIndex: 3,
      treeSize: 5,
      blockNumber: 7n,
      endorsers: ['AMSP'],
      contentCompared: true,
    });
    expect(event?.opening?.agent).toBe('Practitioner/1');
    expect(event?.record.action).toBe('create');
  });

  it('is read back as it was written', () => {
    expect(receiptText(parseReceipt(genuine))).toBe(genuine);
    expect(judge(`${genuine}\n`).verdict).toBe('OK');
  });

  it('holds for every event of a log, searches included', () => {
    for (const index of site.events.keys()) expect(judge(site.text(index)).verdict).toBe('OK');
  });

  it('holds without the openings, for those who may not see the names', () => {
    const { opening: _, content: __, ...closed } = site.receipt(at, { content, key });
    expect(judge(receiptText(closed)).verdict).toBe('OK');
    expect(judge(receiptText(closed), content.bytes)).toMatchObject({
      verdict: 'ALTERED',
      detail: /nothing to compare/,
    });
  });
});

describe('a changed receipt', () => {
  it('is noticed at every byte', () => {
    const bytes = Buffer.from(genuine);
    for (let i = 0; i < bytes.length; i += 1) {
      const copy = Buffer.from(bytes);
      copy[i]! ^= 1 << (i % 8);
      expect(judge(copy.toString('utf8')).verdict).not.toBe('OK');
    }
  });

  it('is noticed whatever the byte becomes', () => {
    fc.assert(
      fc.property(fc.nat(genuine.length - 1), fc.integer({ min: 0, max: 255 }), (i, value) => {
        const copy = Buffer.from(genuine);
        fc.pre(copy[i] !== value);
        copy[i] = value;
        expect(judge(copy.toString('utf8')).verdict).not.toBe('OK');
      }),
      { numRuns: 1000 },
    );
  });

  it('never makes the verifier throw', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => expect(judge(text).verdict).toBe('ALTERED')));
  });

  it('is refused with an unknown member, another spelling or a member missing', () => {
    const value = JSON.parse(genuine) as Record<string, unknown>;
    const { block: _, ...without } = value;
    for (const text of [
      JSON.stringify({ ...value, zzz: 1 }),
      genuine.replace('"inclusion":{', '"inclusion":{"a":1,'),
      JSON.stringify(value, null, 2),
      JSON.stringify(without),
      genuine.replace('{', '{ '),
      genuine.replace('receipt/1', 'receipt/2'),
    ]) {
      expect(judge(text).verdict).toBe('ALTERED');
    }
  });
});

describe('the detail names what differs', () => {
  it('when the content is not what was recorded', () => {
    expect(judge(genuine, Buffer.from('{}'))).toEqual({
      verdict: 'ALTERED',
      detail: 'the content differs from what was recorded',
    });
  });

  it('when the opening tells another story', () => {
    const { detail } = changed(({ opening }) => ({ opening: { ...opening!, agent: 'Practitioner/2' } }));
    expect(detail).toBe('the agent in the opening is not the one in the event record');
    expect(changed(({ opening }) => ({ opening: { ...opening!, patient: undefined } })).detail).toMatch(/patient/);
  });

  it('when a search returned other versions than it says', () => {
    const receipt = site.receipt(1);
    const opening = { ...receipt.opening!, search: { ...receipt.opening!.search!, versions: [] } };
    expect(judge(receiptText({ ...receipt, opening })).detail).toMatch(/search/);
  });

  it('when the content opening is of another version', () => {
    expect(changed(({ content: facts }) => ({ content: { ...facts!, version: '2' } })).detail).toMatch(/commitment/);
  });

  it('when the leaf is moved, or the record exchanged', () => {
    expect(changed(({ inclusion }) => ({ inclusion: { ...inclusion, leafIndex: 2 } })).detail).toMatch(/index/);
    expect(changed(() => ({ record: site.events[0]!.record })).detail).toMatch(/not in the tree/);
    expect(changed(({ inclusion }) => ({ inclusion: { ...inclusion, treeSize: 4 } })).detail).toMatch(/size/);
  });

  it('when the transaction is another one', () => {
    expect(changed(() => ({ transaction: 'cd'.repeat(32) })).detail).toMatch(/transaction/);
  });

  it('when the block is another one', () => {
    expect(changed(() => ({ block: site.block(3) })).detail).toMatch(/byte for byte/);
  });
});

describe('a block that the checkpoint names but that does not bear the receipt out', () => {
  const forged = (forgery: Forgery, first = 2) => judge(site.text(at, { block: site.block(first, forgery) }));

  it('is UNANCHORED when the ledger found the transaction invalid', () => {
    expect(forged({ code: 'MVCC_READ_CONFLICT' })).toMatchObject({ verdict: 'UNANCHORED' });
  });

  it.each<[string, Forgery]>([
    ['made by another organisation', { creatorMsp: 'BMSP' }],
    ['of another contract', { namespace: 'other' }],
    ["of another site's log", { key: 'log:site-2' }],
    ['with another transaction id', { txId: 'cd'.repeat(32) }],
    ['with a value of another site', { value: { site: 'site-2' } }],
    ['with a value of another organisation', { value: { mspId: 'BMSP' } }],
    ['with a value of another transaction', { value: { txId: 'cd'.repeat(32) } }],
    ['with another root', { value: { root: Buffer.alloc(32).toString('base64') } }],
    ['with another size', { value: { size: 6, last: 5 } }],
    ['with other leaves', { value: { leaves: Buffer.alloc(33 * 3).toString('base64') } }],
    ['with an unknown member in the value', { value: { zzz: 1 } }],
  ])('is ALTERED: one %s', (_, forgery) => {
    expect(forged(forgery).verdict).toBe('ALTERED');
  });

  it('is ALTERED when its batch begins after the leaf', () => {
    expect(forged({}, 4).detail).toMatch(/does not reach/);
  });

  it('is ALTERED when the ledger holds the opposite decision', () => {
    const leaves = Buffer.from(
      Buffer.concat(site.events.slice(2).flatMap((event) => [Buffer.of(0), event.leaf])),
    ).toString('base64');
    expect(forged({ value: { leaves } }).detail).toBe('the ledger has another leaf at this place');
  });
});

describe('an event at a time that no calendar shows', () => {
  it.each([253_402_300_800_000_000n, 8_640_000_000_000_000_001n, (1n << 63n) - 1n])('is ALTERED: %s', (time) => {
    const late = new PaperLedger();
    const last = late.add(create, 253_402_300_799_999_999n);
    expect(verifyReceipt(late.text(last), late.pin, paper).verdict).toBe('OK');
    const { verdict, detail } = verifyReceipt(late.text(late.add(create, time)), late.pin, paper);
    expect([verdict, detail]).toEqual(['ALTERED', 'the time of the event record is none that a calendar shows']);
  });
});

describe('a fault of the verifier', () => {
  it('is thrown, and accuses nobody', () => {
    const broken: typeof openPaper = () => {
      throw new TypeError('x is undefined');
    };
    expect(() => verifyReceipt(genuine, site.pin, { ...paper, openBlock: broken })).toThrow(TypeError);
  });
});

describe('a receipt of somebody else', () => {
  const other = new PaperLedger();
  other.add(create);

  it('of a second installation is UNTRUSTED_KEY', () => {
    expect(judge(other.text(0)).verdict).toBe('UNTRUSTED_KEY');
  });

  it('is UNTRUSTED_KEY when the checkpoint is ours but the block is not', () => {
    const receipt = site.receipt(at, { block: other.block(0) });
    expect(judge(receiptText(receipt))).toMatchObject({ verdict: 'UNTRUSTED_KEY', detail: /not pinned/ });
  });

  it.each([
    ['ENDORSEMENT', 'ALTERED'],
    ['IDENTITY', 'UNTRUSTED_KEY'],
  ])('whose transaction the pin does not reach (%s) is %s', (reason, verdict) => {
    const doubting: typeof openPaper = (block, trust) => {
      const opened = openPaper(block, trust);
      const unproven = { reason, message: 'endorsed by AMSP alone' };
      return { ...opened, transactions: opened.transactions.map((one) => ({ ...one, unproven })) };
    };
    expect(verifyReceipt(genuine, site.pin, { ...paper, openBlock: doubting })).toMatchObject({
      verdict,
      detail: /AMSP alone/,
    });
  });

  it('is UNTRUSTED_KEY when the checkpoint names our log under a key that is not pinned', () => {
    const receipt = site.receipt(at, { first: 2 });
    const checkpoint = site.checkpoint(site.events.length, receipt.block, other.checkpointKey);
    expect(judge(receiptText({ ...receipt, checkpoint })).verdict).toBe('UNTRUSTED_KEY');
  });
});
