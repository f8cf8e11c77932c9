// holdfast-receipt/2: that a batch was found VALID, by what was endorsed on top of it, and what must be noticed of that
import { describe, expect, it } from '@jest/globals';
import { type LedgerReader, parseReceipt, type Receipt, receiptText, verifyReceipt } from '../src/index.js';
import { type Forgery, PaperLedger, paper } from './paper-ledger.js';

const draft = { action: 'read', decision: 'permit', outcome: 200, client: 'ehr', definitions: 'r4' } as const;
const log = `log:site-1`;
const site = new PaperLedger();
for (let i = 0; i < 5; i += 1) site.add(draft);
const receipt = site.receipt(3, { first: 2 });
for (let i = 0; i < 3; i += 1) site.add(draft);
const successor = site.successor(5);

const judge = (change: Partial<Receipt>, ledger: LedgerReader = paper) =>
  verifyReceipt(receiptText({ ...receipt, successor, ...change }), site.pin, ledger);
const forged = (forgery: Forgery, first = 5) => judge({ successor: site.successor(first, forgery) });
const read = (version: { block: number; transaction: number } | undefined, key = log, namespace = 'anchor') => ({
  namespace,
  key,
  version,
});
const own = { block: 7, transaction: 0 };

describe('a receipt with the next batch', () => {
  it('is OK, and says whose peers found its own batch VALID', () => {
    const { verdict, detail, event } = judge({});
    expect(verdict).toBe('OK');
    expect(detail).toMatch(/; found VALID by the peers of AMSP, as their endorsement of the next batch shows$/);
    expect(event?.successor).toMatchObject({ endorsers: ['AMSP'] });
  });

  it('is of a format that a verifier which does not know the successor refuses', () => {
    const text = receiptText({ ...receipt, successor });
    expect(JSON.parse(text)).toMatchObject({ format: 'holdfast-receipt/2' });
    expect(receiptText(parseReceipt(text))).toBe(text);
    for (const other of [text.replace('receipt/2', 'receipt/1'), text.replace('receipt/2', 'receipt/3')])
      expect(verifyReceipt(other, site.pin, paper).verdict).toBe('ALTERED');
  });

  it('is noticed at every byte that is changed', () => {
    const bytes = Buffer.from(receiptText({ ...receipt, successor }));
    for (let i = 0; i < bytes.length; i += 1) {
      const copy = Buffer.from(bytes);
      copy[i]! ^= 1 << (i % 8);
      expect(verifyReceipt(copy.toString('utf8'), site.pin, paper).verdict).not.toBe('OK');
    }
  });
});

describe('a receipt without it', () => {
  const alone = receiptText(receipt);

  it('is OK as it was ever written, and says whose word its VALID is', () => {
    expect(JSON.parse(alone)).toMatchObject({ format: 'holdfast-receipt/1' });
    const { verdict, detail, event } = verifyReceipt(alone, site.pin, paper);
    expect(verdict).toBe('OK');
    expect(detail).toMatch(/; that it was found VALID there is so far the word of site-1$/);
    expect(event?.successor).toBeUndefined();
  });

  it('is refused under the name of the format that has it', () => {
    const { verdict, detail } = verifyReceipt(alone.replace('receipt/1', 'receipt/2'), site.pin, paper);
    expect([verdict, detail]).toEqual(['ALTERED', 'the receipt lacks successor']);
  });
});

describe('a batch that its endorsers did not build on this one', () => {
  it.each<[string, Forgery['reads']]>([
    ['of another block', [read({ block: 8, transaction: 0 })]],
    ['at another place of the block', [read({ block: 7, transaction: 1 })]],
    ['of block 0', [read({ block: 0, transaction: 0 })]],
    ['that was not there', [read(undefined)]],
  ])('makes it FORKED: they read a log %s', (_, reads) => {
    const { verdict, detail } = forged({ reads });
    expect([verdict, detail]).toEqual(['FORKED', expect.stringMatching(/had .* in force, not this batch/)]);
  });

  it.each<[string, Forgery['reads']]>([
    ['nothing', []],
    ['another key', [read(own, 'log:site-2')]],
    ['the key of another contract', [read(own, log, 'other')]],
    ['the log twice', [read(own), read({ block: 8, transaction: 0 })]],
  ])('makes it ALTERED: they read %s', (_, reads) => {
    expect(forged({ reads })).toMatchObject({ verdict: 'ALTERED', detail: /did not read the log/ });
  });

  it('makes it FORKED when it was built on other leaves, though an orderer gave both logs the same place', () => {
    const other = Object.assign(new PaperLedger(), site, { events: [...site.events] });
    other.events[1] = site.events[2]!;
    const { verdict, detail } = judge({ successor: other.successor(5) });
    expect([verdict, detail]).toEqual(['FORKED', 'the endorsers of the next batch had another log than this one']);
  });

  it.each([
    ['a later one', 6],
    ['an earlier one', 3],
    ['its own', 2],
  ])('makes it ALTERED: it is not the next batch but %s', (_, first) => {
    expect(forged({}, first)).toMatchObject({ verdict: 'ALTERED', detail: /is not the next batch/ });
  });
});

describe('a successor that is not what it should be', () => {
  it.each<[string, Forgery]>([
    ["of another site's log", { key: 'log:site-2' }],
    ['with a value of another site', { value: { site: 'site-2' } }],
    ['of another organisation', { creatorMsp: 'BMSP' }],
    ['that writes for another organisation', { value: { mspId: 'BMSP' } }],
    ['of another contract', { namespace: 'other' }],
    ['with another transaction id', { txId: 'cd'.repeat(32) }],
    ['with another root', { value: { root: Buffer.alloc(32).toString('base64') } }],
    ['with an unknown member in the value', { value: { zzz: 1 } }],
    ['with leaves that are too few', { value: { leaves: Buffer.alloc(33).toString('base64') } }],
  ])('makes the receipt ALTERED: one %s', (_, forgery) => {
    expect(forged(forgery)).toMatchObject({ verdict: 'ALTERED', detail: /^the successor does not fit: / });
  });

  it.each([
    ['garbage', Buffer.from('garbage')],
    ['nothing', Buffer.alloc(0)],
  ])('makes the receipt ALTERED: %s', (_, bytes) => {
    expect(judge({ successor: bytes }).verdict).toBe('ALTERED');
  });

  it('is UNTRUSTED_KEY when it is of an installation that is not pinned', () => {
    const other = Object.assign(new PaperLedger(), { events: site.events });
    expect(judge({ successor: other.successor(5) })).toMatchObject({
      verdict: 'UNTRUSTED_KEY',
      detail: /^the successor does not hold: /,
    });
  });

  it.each([
    ['ENDORSEMENT', 'ALTERED'],
    ['IDENTITY', 'UNTRUSTED_KEY'],
  ])('is judged by why the pin does not reach it (%s): %s', (reason, verdict) => {
    const doubting: LedgerReader['openEnvelope'] = (envelope, trust) => ({
      ...paper.openEnvelope(envelope, trust),
      namespaceWrites: [],
      unproven: { reason, message: 'endorsed by AMSP alone' },
    });
    const { verdict: found, detail } = judge({}, { ...paper, openEnvelope: doubting });
    expect([found, detail]).toEqual([verdict, 'the successor does not hold: endorsed by AMSP alone']);
  });

  it('is not read at all when it is larger than any batch is', () => {
    expect(judge({ successor: Buffer.alloc(1.5 * 1024 * 1024 + 1) })).toMatchObject({
      verdict: 'ALTERED',
      detail: 'the successor is larger than any batch is',
    });
    expect(judge({ successor: Buffer.alloc(1.5 * 1024 * 1024) }).detail).not.toMatch(/larger/);
  });

  it('accuses nobody when the fault is one of the program', () => {
    const broken = () => {
      throw new TypeError('x is undefined');
    };
    expect(() => judge({}, { ...paper, openEnvelope: broken })).toThrow(TypeError);
  });
});
