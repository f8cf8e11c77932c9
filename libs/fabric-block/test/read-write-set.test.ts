// Hyperledger Fabric 3.1, kvrwset/kv_rwset.proto: read-write sets and what they leave in the state
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  commitHash,
  compareUtf8,
  decodeReadWriteSet,
  decodeStateMetadata,
  encodeReadWriteSet,
  encodeStateMetadata,
  lifecycleSequenceKey,
  type NamespaceSet,
  type StateUpdate,
  UpdateBatch,
} from '../src/index.js';

const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
const height = fc.record({ block: fc.nat(), transaction: fc.nat(500) });
const read = fc.record({ key, version: fc.option(height, { nil: undefined }) });
const reads = fc.uniqueArray(read, { selector: (one) => one.key, maxLength: 5 });
const value = fc.uint8Array({ minLength: 1, maxLength: 20 });
const entries = fc.uniqueArray(fc.record({ name: key, value }), { selector: (one) => one.name, maxLength: 3 });
const set: fc.Arbitrary<NamespaceSet> = fc.record({
  namespace: fc.constantFrom('anchor', '_lifecycle', 'ö', '\u{1f600}'),
  reads,
  ranges: fc.array(
    fc.record({ startKey: key, endKey: key, exhausted: fc.boolean(), reads: fc.option(reads, { nil: undefined }) }),
  ),
  writes: fc.uniqueArray(fc.record({ key, value, isDelete: fc.constant(false) }), { selector: (one) => one.key }),
  metadataWrites: fc.uniqueArray(fc.record({ key, entries }), { selector: (one) => one.key, maxLength: 3 }),
});
const sets = fc.uniqueArray(set, { selector: (one) => one.namespace });

describe('a read-write set', () => {
  test('is read back as it was made, in the order of UTF-8', () => {
    fc.assert(
      fc.property(sets, (given) => {
        const again = decodeReadWriteSet(encodeReadWriteSet(given));
        expect(Buffer.from(encodeReadWriteSet(again))).toEqual(Buffer.from(encodeReadWriteSet(given)));
        const names = again.map(({ namespace }) => Buffer.from(namespace));
        expect(names).toEqual(names.toSorted((a, b) => a.compare(b)));
        for (const { writes } of again) {
          const keys = writes.map((write) => Buffer.from(write.key));
          expect(keys).toEqual(keys.toSorted((a, b) => a.compare(b)));
        }
      }),
    );
  });

  test('does not depend on the order in which things were written', () => {
    fc.assert(
      fc.property(sets, (given) => {
        const turned = given
          .map((one) => ({ ...one, reads: one.reads.toReversed(), writes: one.writes.toReversed() }))
          .toReversed();
        expect(Buffer.from(encodeReadWriteSet(turned))).toEqual(Buffer.from(encodeReadWriteSet(given)));
      }),
    );
  });

  test('makes a delete of an empty value', () => {
    const empty = { namespace: 'anchor', reads: [], ranges: [], metadataWrites: [] };
    const put = encodeReadWriteSet([{ ...empty, writes: [{ key: 'k', value: new Uint8Array(), isDelete: false }] }]);
    const deleted = encodeReadWriteSet([{ ...empty, writes: [{ key: 'k', value: Buffer.from('x'), isDelete: true }] }]);
    expect(Buffer.from(put)).toEqual(Buffer.from(deleted));
    expect(decodeReadWriteSet(put)[0]!.writes).toEqual([{ key: 'k', value: new Uint8Array(), isDelete: true }]);
  });

  test('leaves the reads of an empty range out, and keeps hashes in their place', () => {
    const ranges = [
      { startKey: 'a', endKey: 'b', exhausted: true },
      {
        startKey: 'a',
        endKey: 'b',
        exhausted: true,
        merkle: { maxDegree: 50, maxLevel: 1, hashes: [Buffer.from('h')] },
      },
    ];
    const bytes = encodeReadWriteSet([{ namespace: 'n', reads: [], ranges, writes: [], metadataWrites: [] }]);
    const [decoded] = decodeReadWriteSet(bytes);
    expect(decoded!.ranges[0]).toMatchObject({ reads: undefined, merkle: undefined });
    expect(decoded!.ranges[1]!.merkle).toEqual({
      maxDegree: 50,
      maxLevel: 1,
      hashes: [new Uint8Array(Buffer.from('h'))],
    });
  });
});

describe('the order of keys', () => {
  test('is that of their UTF-8 bytes, beyond the basic plane too', () => {
    fc.assert(
      fc.property(key, key, (a, b) => Math.sign(compareUtf8(a, b)) === Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    expect(compareUtf8('\uffff', '\u{10000}')).toBeLessThan(0);
    expect(['\uffff', '\u{10000}'].sort()).toEqual(['\u{10000}', '\uffff']);
  });

  test('the sequence of a chaincode is read under its name', () => {
    expect(lifecycleSequenceKey('anchor')).toBe('namespaces/fields/anchor/Sequence');
  });
});

describe('what a block leaves in the state', () => {
  const nothing = { reads: [], ranges: [], writes: [], metadataWrites: [] };
  const put = (name: string, text: string) => ({ key: name, value: Buffer.from(text), isDelete: false });
  const policy = [{ name: 'VALIDATION_PARAMETER', value: Buffer.from('policy') }];

  function batch(...transactions: Partial<NamespaceSet>[]): UpdateBatch {
    const before = { value: Buffer.from('old'), metadata: encodeStateMetadata(policy) };
    const made = new UpdateBatch(7, (_, name) => (name === 'kept' ? before : undefined));
    transactions.forEach((change, index) => {
      made.apply(index, [{ namespace: 'anchor', ...nothing, ...change }]);
    });
    return made;
  }

  test('is the last write of each key, at the height of its transaction', () => {
    const made = batch({ writes: [put('k', '1')] }, { writes: [put('k', '2')] });
    expect(made.updates()).toHaveLength(1);
    expect(made.get('anchor', 'k')).toMatchObject({ value: Buffer.from('2'), version: { block: 7, transaction: 1 } });
  });

  test('keeps metadata under a new value, and the value under new metadata', () => {
    const valued = batch({ writes: [put('kept', 'new')] }).get('anchor', 'kept');
    expect(decodeStateMetadata(valued!.metadata!)[0]!.name).toBe('VALIDATION_PARAMETER');
    const described = batch({ metadataWrites: [{ key: 'kept', entries: [] }] }).get('anchor', 'kept');
    expect(described).toMatchObject({ value: Buffer.from('old'), metadata: undefined });
  });

  test('sees what earlier transactions of the block have done to a key', () => {
    const made = batch({ writes: [put('k', '1')] }, { metadataWrites: [{ key: 'k', entries: policy }] });
    expect(made.get('anchor', 'k')).toMatchObject({ value: Buffer.from('1'), version: { block: 7, transaction: 1 } });
    const gone = batch(
      { writes: [{ ...put('kept', ''), isDelete: true }] },
      { metadataWrites: [{ key: 'kept', entries: policy }] },
    );
    expect(gone.get('anchor', 'kept')).toMatchObject({ value: undefined, version: { transaction: 0 } });
  });

  test('is nothing for metadata of a key that does not exist', () => {
    expect(batch({ metadataWrites: [{ key: 'absent', entries: policy }] }).updates()).toEqual([]);
  });
});

describe('COMMIT_HASH', () => {
  const update = (change: Partial<StateUpdate>): StateUpdate => ({
    namespace: 'anchor',
    key: 'k',
    value: Buffer.from('v'),
    version: { block: 300, transaction: 0 },
    ...change,
  });
  const hash = (...updates: StateUpdate[]) => commitHash(Uint8Array.of(0), updates, undefined).toString();

  test('covers flags, namespace, key, value, deletion, height and the hash before', () => {
    const all = [
      hash(update({})),
      hash(update({ namespace: 'other' })),
      hash(update({ key: 'l' })),
      hash(update({ value: Buffer.from('w') })),
      hash(update({ value: undefined })),
      hash(update({ version: { block: 300, transaction: 1 } })),
      hash(update({ version: { block: 301, transaction: 0 } })),
      commitHash(Uint8Array.of(11), [update({})], undefined).toString(),
      commitHash(Uint8Array.of(0), [update({})], Buffer.alloc(32)).toString(),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test('covers neither metadata nor the order in which updates are given nor the channel configuration', () => {
    const [a, b] = [update({}), update({ namespace: 'b' })];
    expect(hash(a, b)).toBe(hash(b, a));
    expect(hash({ ...a, metadata: Buffer.from('m') })).toBe(hash(a));
    expect(hash(a, update({ namespace: '' }))).toBe(hash(a));
  });
});
