// A log that moved from one ledger to another: what a verification across the move accepts, and what it must notice
import { sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonical } from '#libs/fhir-json';
import { CompactRange, EMPTY_ROOT } from '#libs/merkle';
import {
  blockSha256,
  FormatError,
  type MadeEvent,
  openAdoption,
  type Pin,
  parsePin,
  parseReceipt,
  pinFingerprint,
  pinText,
  receiptText,
  signCheckpoint,
  verifyConsistency,
  verifyReceipt,
} from '../src/index.js';
import { openPaper, PaperLedger, paper } from './paper-ledger.js';

const MOVED_AT = 9;
const TX = 'cd'.repeat(32);
const old = new PaperLedger();
for (let i = 0; i < MOVED_AT; i += 1)
  old.add({ action: 'read', decision: 'permit', outcome: 200, client: `c${i}`, definitions: 'r4' });
const now = new PaperLedger();

function rangeOf(events: readonly MadeEvent[]): CompactRange {
  const range = CompactRange.of();
  for (const { leaf } of events) range.append(leaf);
  return range;
}
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const range = rangeOf(old.events);

interface Forgery {
  value?: object;
  before?: object;
  transaction?: object;
  pin?: Partial<Pin>;
  adopted?: object;
}

function adoptionValue({ value, before }: Forgery) {
  return {
    at: 1,
    before: {
      block: 7,
      blockHash: base64(Buffer.alloc(32, 1)),
      channel: old.pin.channel,
      genesis: base64(Buffer.from(old.pin.genesis, 'hex')),
      pin: base64(pinFingerprint(old.pin)),
      ...before,
    },
    carried: { root: base64(EMPTY_ROOT), size: 0 },
    consents: [],
    decided: 0,
    first: MOVED_AT,
    format: 'holdfast-adoption/1',
    last: MOVED_AT - 1,
    leaves: '',
    mspId: 'AMSP',
    organizations: ['AMSP', 'BMSP'],
    range: range.hashes.map(base64),
    root: base64(range.root()),
    site: 'site-1',
    size: MOVED_AT,
    txId: TX,
    violations: [],
    ...value,
  };
}

/** A block of the new ledger, signed by its orderer whatever is in it. */
function adoptionBlock(forgery: Forgery): Buffer {
  const value = base64(Buffer.from(canonical(adoptionValue(forgery) as never)));
  const transaction = {
    chaincode: 'anchor',
    code: 'VALID',
    creatorMsp: 'AMSP',
    endorsers: ['AMSP', 'BMSP'],
    namespaceWrites: [{ namespace: 'anchor', key: 'log:site-1', value }],
    txId: TX,
    ...forgery.transaction,
  };
  const text = `${now.pem}${JSON.stringify({ number: 3, transactions: [transaction] })}`;
  return Buffer.from(`${text}\n${base64(sign(null, Buffer.from(text), now.orderer.privateKey))}`);
}

function pinOf(forgery: Forgery = {}): Pin {
  const both = { peerMsps: { AMSP: ['pem'], BMSP: ['pem'] }, endorsement: ['AMSP', 'BMSP'] };
  const block = base64(adoptionBlock(forgery));
  const adopted = { before: old.pin, organizations: ['AMSP', 'BMSP'], transaction: TX, block, ...forgery.adopted };
  return { ...now.pin, ...both, operator: 'two hospitals', adopted, ...forgery.pin };
}

const pin = pinOf();
/** Made while the tree had `size` leaves. */
function receiptAt(size: number, continued = true) {
  const then = Object.assign(new PaperLedger(), old, { events: old.events.slice(0, size) });
  const receipt = then.receipt(2);
  return continued ? { ...receipt, continuation: size < MOVED_AT ? old.consistency(size, MOVED_AT) : [] } : receipt;
}
const judge = (receipt: Parameters<typeof receiptText>[0], by = pin) => verifyReceipt(receiptText(receipt), by, paper);

describe('a receipt from before the move', () => {
  it.each([3, 5, 8, 9])('is OK across it when its tree had %i leaves', (size) => {
    const { verdict, event } = judge(receiptAt(size));
    expect(verdict).toBe('OK');
    expect(event).toMatchObject({
      moved: { isShown: true, adoption: { size: MOVED_AT, endorsers: ['AMSP', 'BMSP'] } },
    });
    expect(event?.pin.operator).toBe('one operator holds all keys');
  });

  it('is OK as it was made, and says what it does not show', () => {
    expect(judge(receiptAt(5, false))).toMatchObject({ verdict: 'OK', event: { moved: { isShown: false } } });
    expect(judge(receiptAt(MOVED_AT, false))).toMatchObject({ verdict: 'OK', event: { moved: { isShown: true } } });
  });

  it('is read back as it was written', () => {
    const text = receiptText(receiptAt(5));
    expect(receiptText(parseReceipt(text))).toBe(text);
  });

  it('is noticed at every byte that is changed', () => {
    const bytes = Buffer.from(receiptText(receiptAt(5)));
    for (let i = 0; i < bytes.length; i += 1) {
      const copy = Buffer.from(bytes);
      copy[i]! ^= 1 << (i % 8);
      expect(verifyReceipt(copy.toString('utf8'), pin, paper).verdict).not.toBe('OK');
    }
  });

  it('is FORKED when its tree is not the beginning of the one that was taken over', () => {
    const fork = Object.assign(new PaperLedger(), old, { events: old.events.slice(0, 4).toReversed() });
    const receipt = { ...fork.receipt(2), continuation: old.consistency(4, MOVED_AT) };
    expect(judge(receipt).verdict).toBe('FORKED');
    const whole = Object.assign(new PaperLedger(), old, { events: [...old.events].reverse() });
    expect(judge(whole.receipt(2))).toMatchObject({ verdict: 'FORKED', detail: /another log/ });
  });

  it('is FORKED when the log went on where it had moved away from', () => {
    const longer = Object.assign(new PaperLedger(), old, { events: [...old.events, ...old.events.slice(0, 1)] });
    for (const continuation of [undefined, []])
      expect(judge({ ...longer.receipt(2), continuation })).toMatchObject({
        verdict: 'FORKED',
        detail: /had moved away/,
      });
  });

  it('is FORKED with any other proof than the one', () => {
    const receipt = receiptAt(5);
    const proof = receipt.continuation!;
    for (const continuation of [[], proof.slice(1), [...proof, proof[0]!], [...proof].reverse()])
      expect(judge({ ...receipt, continuation }).verdict).toBe('FORKED');
  });

  it('is ALTERED when it shows a move that its pin knows nothing of', () => {
    expect(judge(receiptAt(5), old.pin)).toMatchObject({ verdict: 'ALTERED', detail: /knows nothing of/ });
    expect(judge(receiptAt(5, false), old.pin).verdict).toBe('OK');
  });
});

describe('an adoption that does not hold', () => {
  it.each<[string, Forgery, string, RegExp]>([
    ['not endorsed by all', { transaction: { endorsers: ['AMSP'] } }, 'ALTERED', /not endorsed by BMSP/],
    [
      'endorsed by a stranger instead',
      { transaction: { endorsers: ['AMSP', 'CMSP'] } },
      'ALTERED',
      /not endorsed by BMSP/,
    ],
    ['not VALID', { transaction: { code: 'ENDORSEMENT_POLICY_FAILURE' } }, 'UNANCHORED', /changed nothing/],
    [
      'out of reach of the trust',
      { transaction: { unproven: { reason: 'ENDORSEMENT', message: 'x' } } },
      'ALTERED',
      /not hold/,
    ],
    ['by another organisation', { transaction: { creatorMsp: 'BMSP' } }, 'ALTERED', /own organisation/],
    ['of another contract', { transaction: { chaincode: 'other' } }, 'ALTERED', /another contract/],
    ['of another transaction', { transaction: { txId: 'ab'.repeat(32) } }, 'ALTERED', /does not hold the transaction/],
    [
      'that names other organisations',
      { value: { organizations: ['AMSP', 'CMSP'] } },
      'ALTERED',
      /other organisations/,
    ],
    ['of another site', { value: { site: 'site-2' } }, 'ALTERED', /own organisation/],
    [
      'of another size',
      { value: { size: 8, range: rangeOf(old.events.slice(0, 8)).hashes.map(base64) } },
      'ALTERED',
      /root/,
    ],
    ['whose range is no tree of its size', { value: { range: [] } }, 'ALTERED', /range/],
    ['of another log on the ledger before', { value: { root: base64(EMPTY_ROOT) } }, 'ALTERED', /root/],
    ['from another channel', { before: { channel: 'other' } }, 'ALTERED', /another ledger/],
    [
      'from a channel that began otherwise',
      { before: { genesis: base64(Buffer.alloc(32)) } },
      'ALTERED',
      /another ledger/,
    ],
    ['under another pin before', { before: { pin: base64(Buffer.alloc(32)) } }, 'ALTERED', /another pin/],
    ['with a member too many', { value: { zzz: 1 } }, 'ALTERED', /unknown member/],
    ['in another format', { value: { format: 'holdfast-log/2' } }, 'ALTERED', /format/],
    ['signed by another orderer', { pin: { ordererMsps: { OrdererMSP: [old.pem] } } }, 'UNTRUSTED_KEY', /not hold/],
  ])('is noticed: one %s', (_, forgery, verdict, detail) => {
    expect(judge(receiptAt(5), pinOf(forgery))).toMatchObject({ verdict, detail: expect.stringMatching(detail) });
    expect(judge(receiptAt(5, false), pinOf(forgery)).verdict).toBe(verdict);
  });

  it('is noticed when another log was taken over', () => {
    const others = rangeOf([...old.events].reverse());
    const value = { range: others.hashes.map(base64), root: base64(others.root()) };
    expect(judge(receiptAt(5), pinOf({ value })).verdict).toBe('FORKED');
    expect(judge(receiptAt(MOVED_AT, false), pinOf({ value })).verdict).toBe('FORKED');
  });

  it('holds when nothing is forged', () => {
    expect(openAdoption(pin, openPaper)).toMatchObject({
      size: MOVED_AT,
      blockNumber: 3n,
      organizations: ['AMSP', 'BMSP'],
    });
  });
});

describe('two checkpoints across the move', () => {
  const place = { txId: TX, blockNumber: 3n, blockSha256: blockSha256(Buffer.of(1)) };
  const all = [...old.events, ...old.events.slice(0, 4)];
  const late = (events: readonly MadeEvent[]) =>
    signCheckpoint(
      { origin: now.pin.origin, size: events.length, root: rangeOf(events).root(), ...place },
      now.checkpointKey,
    );
  const grown = Object.assign(new PaperLedger(), old, { events: all });
  const early = (size: number) => old.checkpoint(size, Buffer.of(1));
  const judged = (older: string, newer: string, proof: Buffer[] = []) =>
    verifyConsistency(older, newer, proof, pin, openPaper).verdict;

  it('are OK when the log goes on from the one before, whatever the sizes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MOVED_AT }), fc.integer({ min: MOVED_AT, max: all.length }), (m, n) => {
        const proof = m < n ? grown.consistency(m, n) : [];
        expect(judged(early(m), late(all.slice(0, n)), proof)).toBe('OK');
      }),
    );
  });

  it('are FORKED when the log after the move is smaller than what was taken over, or another', () => {
    expect(judged(early(5), late(all.slice(0, 8)), grown.consistency(5, 8))).toBe('FORKED');
    expect(judged(early(5), late(all.slice(0, MOVED_AT).toReversed()))).toBe('FORKED');
    expect(judged(early(5), late(all), grown.consistency(6, all.length))).toBe('FORKED');
  });

  it('are FORKED when the log before went on after the move', () => {
    const longer = grown.checkpoint(11, Buffer.of(1));
    expect(judged(early(5), longer, grown.consistency(5, 11))).toBe('FORKED');
    expect(judged(longer, late(all), grown.consistency(11, all.length))).toBe('FORKED');
  });

  it('are ROLLED_BACK when the later one is of the ledger before', () => {
    expect(judged(late(all), early(MOVED_AT))).toBe('ROLLED_BACK');
  });
});

describe('a pin with a past', () => {
  const text = pinText(pin);

  it('is read back as it was written, in a format that older verifiers refuse', () => {
    expect(parsePin(Buffer.from(text))).toEqual(pin);
    expect(pinText(parsePin(Buffer.from(text)))).toBe(text);
    expect(JSON.parse(text)).toMatchObject({
      format: 'holdfast-pin/3',
      adopted: { before: { format: 'holdfast-pin/1' } },
    });
  });

  it('may demand fewer endorsements of batches than of the adoption', () => {
    const three = { AMSP: ['pem'], BMSP: ['pem'], CMSP: ['pem'] };
    const some = pinOf({ pin: { peerMsps: three, endorsement: Object.keys(three), atLeast: 2 } });
    expect(parsePin(Buffer.from(pinText(some)))).toEqual(some);
    expect(judge(receiptAt(5), some).verdict).toBe('OK');
  });

  it.each<[string, object]>([
    ['two moves', { before: pin }],
    ['no pin before', { before: null }],
    ['a pin before of another site', { before: { ...old.pin, site: 'site-2' } }],
    ['the same ledger before', { before: { ...now.pin } }],
    ['one organisation', { organizations: ['AMSP'] }],
    ['organisations out of order', { organizations: ['BMSP', 'AMSP'] }],
    ['an organisation that it does not know', { organizations: ['AMSP', 'ZMSP'] }],
    ['a block that is no base64', { block: '!' }],
    ['a member too many', { zzz: 1 }],
  ])('is refused with %s', (_, change) => {
    const value = JSON.parse(text) as { adopted: object };
    const given = { ...value, adopted: { ...value.adopted, ...withFormat(change) } };
    expect(() => parsePin(Buffer.from(JSON.stringify(given)))).toThrow(FormatError);
  });

  it('is refused without its past, or with one under another format', () => {
    const { adopted, ...value } = JSON.parse(text) as Record<string, unknown>;
    expect(() => parsePin(Buffer.from(JSON.stringify(value)))).toThrow(FormatError);
    const first = { ...value, adopted, format: 'holdfast-pin/1' };
    expect(() => parsePin(Buffer.from(JSON.stringify(first)))).toThrow(FormatError);
  });
});

/** A pin as it stands in a file. */
function withFormat(change: object): object {
  const { before } = change as { before?: Pin | null };
  return before
    ? { ...change, before: before.adopted ? JSON.parse(pinText(before)) : { format: 'holdfast-pin/1', ...before } }
    : change;
}
