// holdfast-evidence/1: record, opening and commitments
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  contentCommitment,
  decodeOpening,
  decodeRecord,
  type EventDraft,
  encodeRecord,
  FormatError,
  makeEvent,
  recordLeaf,
} from '../src/index.js';

const draft: EventDraft = {
  action: 'create',
  decision: 'permit',
  outcome: 201,
  patient: 'p1',
  agent: 'Practitioner/1',
  client: 'ehr',
  purpose: 'TREAT',
  consent: 'Consent/c/_history/1',
  definitions: 'r4-0a1b',
  content: Buffer.alloc(32, 7),
  subject: { type: 'Observation', id: 'o1', version: '1' },
};

const word = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
const versions = fc.array(fc.record({ type: word, id: word, version: word, commitment: hash }), { maxLength: 5 });
const drafts: fc.Arbitrary<EventDraft> = fc.record({
  action: fc.constantFrom('create', 'read', 'search-type', '$receipt'),
  decision: fc.constantFrom('permit', 'deny'),
  outcome: fc.integer({ min: 100, max: 599 }),
  patient: maybe(fc.string({ minLength: 1 })),
  agent: maybe(fc.string({ minLength: 1 })),
  client: fc.string({ minLength: 1 }),
  purpose: maybe(word),
  consent: maybe(word),
  definitions: word,
  content: maybe(hash),
  subject: maybe(fc.record({ type: word, id: word, version: maybe(word) })),
  query: maybe(fc.string()),
  versions: maybe(versions),
});

describe('an event', () => {
  it('has a record that is read back as it was written, byte for byte', () => {
    fc.assert(
      fc.property(drafts, fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }), (any, time) => {
        const { record, eventId, leaf } = makeEvent(any, 'site-1', time);
        const read = decodeRecord(record);
        expect(encodeRecord(read)).toEqual(record);
        expect(read).toMatchObject({ eventId, time, site: 'site-1', action: any.action, decision: any.decision });
        expect(leaf).toEqual(recordLeaf(record));
      }),
    );
  });

  it('has an opening that gives back the plain names', () => {
    fc.assert(
      fc.property(drafts, (any) => {
        const opening = decodeOpening(makeEvent(any, 'site-1', 0n).opening);
        expect(opening.patient).toBe(any.patient);
        expect(opening.agent).toBe(any.agent);
        expect(opening.subject?.id).toBe(any.subject?.id);
        expect(opening.search?.query).toBe(any.query ?? (any.versions && ''));
        expect(opening.search?.versions).toEqual(opening.search && [...(any.versions ?? [])]);
      }),
    );
  });

  it('shows nothing in its record that a second event about the same person shows too', () => {
    const [one, two] = [makeEvent(draft, 's', 1n), makeEvent(draft, 's', 1n)].map((made) => decodeRecord(made.record));
    for (const role of ['patient', 'agent', 'client', 'subject', 'consent'] as const) {
      expect(one![role]).toHaveLength(32);
      expect(one![role]).not.toEqual(two![role]);
    }
    expect(one!.eventId).not.toEqual(two!.eventId);
    expect(one!.salt).not.toEqual(two!.salt);
  });

  it('gives two pseudonyms to the same name in two roles', () => {
    const { record } = makeEvent({ ...draft, agent: 'same', client: 'same' }, 's', 0n);
    expect(decodeRecord(record).agent).not.toEqual(decodeRecord(record).client);
  });

  it('does not carry a plain name in its record', () => {
    const made = makeEvent(
      { ...draft, patient: 'CANARY', agent: 'CANARY', query: 'CANARY', consent: 'CANARY' },
      's',
      0n,
    );
    expect(made.record.includes('CANARY')).toBe(false);
    expect(made.opening.includes('CANARY')).toBe(true);
  });

  it('is refused when it names nobody, or a field is out of bounds', () => {
    const { client: _, agent: __, patient: ___, subject: ____, consent: _____, ...nobody } = draft;
    expect(() => makeEvent(nobody, 's', 0n)).toThrow(RangeError);
    expect(() => makeEvent({ ...draft, client: '' }, 's', 0n)).toThrow(RangeError);
    for (const bad of [
      { action: 'Create' },
      { outcome: 99 },
      { outcome: 200.5 },
      { purpose: '' },
      { purpose: 'x'.repeat(256) },
      { definitions: 'a\nb' },
      { content: Buffer.alloc(31) },
    ]) {
      expect(() => makeEvent({ ...draft, ...bad }, 's', 0n)).toThrow(FormatError);
    }
    expect(() => makeEvent(draft, 'bad site', 0n)).toThrow(FormatError);
    expect(() => makeEvent(draft, 's', -1n)).toThrow(FormatError);
  });

  it('names nobody by a text that is no Unicode', () => {
    for (const name of [{ client: 'x\ud800' }, { agent: '\udc00' }, { query: 'a=\ud800' }])
      expect(() => makeEvent({ ...draft, ...name }, 'site-1', 1n)).toThrow(TypeError);
  });
});

describe('the record decoder', () => {
  const { record } = makeEvent(draft, 'site', 1_700_000_000_000_000n);

  it('refuses every shortening, trailing bytes and another field', () => {
    for (let end = 0; end < record.length; end += 1)
      expect(() => decodeRecord(record.subarray(0, end))).toThrow(FormatError);
    expect(() => decodeRecord(Buffer.concat([record, Buffer.of(0)]))).toThrow(FormatError);
    expect(() => decodeRecord(Buffer.concat([record, Buffer.alloc(4)]))).toThrow(FormatError);
  });

  it('refuses another version of the format', () => {
    const other = Buffer.from(record);
    other[4 + 'holdfast-evidence/'.length] = '2'.charCodeAt(0);
    expect(() => decodeRecord(other)).toThrow(/format/);
  });

  it('throws nothing but FormatError, and accepts only what it would itself write', () => {
    fc.assert(
      fc.property(fc.nat(record.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = Buffer.from(record);
        bytes[at]! ^= flip;
        try {
          expect(encodeRecord(decodeRecord(bytes))).toEqual(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a content commitment', () => {
  const key = Buffer.alloc(32, 1);
  const content = {
    bytes: Buffer.from('{"resourceType":"Patient","id":"1"}'),
    type: 'Patient',
    id: '1',
    version: '1',
    lastUpdated: '2026-01-02T03:04:05.678Z',
    labels: ['a|N', 'a|R'],
  };
  const of = (change: Partial<typeof content>) => contentCommitment(key, { ...content, ...change }).toString('hex');

  it('changes with every fact, and with the key', () => {
    const all = [
      of({}),
      of({ bytes: Buffer.from('{}') }),
      of({ type: 'Person' }),
      of({ id: '2' }),
      of({ version: '2' }),
      of({ lastUpdated: '2026-01-02T03:04:05.679Z' }),
      of({ labels: ['a|R'] }),
      of({ type: 'Patient1', id: '' }),
      contentCommitment(Buffer.alloc(32, 2), content).toString('hex'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('does not depend on the order of the labels, or on one given twice', () => {
    expect(of({ labels: ['a|R', 'a|N', 'a|R'] })).toBe(of({}));
  });

  it('needs a key of 32 bytes, since HMAC pads shorter ones', () => {
    expect(() => contentCommitment(Buffer.alloc(31), content)).toThrow(RangeError);
  });
});
