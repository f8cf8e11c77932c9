// Hyperledger Fabric 3.1 documentation, "Read-Write set semantics": what was read must still be so
import { describe, expect, test } from '@jest/globals';
import { RangeSummary } from '../src/index.js';
import { written } from './hospitals.js';
import { did, flagOf, flagsOf, put } from './judged-channel.js';

describe('what was read', () => {
  const version = { block: 1, transaction: 0 };
  const writes = [written('a', 'new')];

  test('must still be of the same version, or still be absent', () => {
    put('anchor', 'a', Buffer.from('v'));
    expect(flagOf(did({ reads: [{ key: 'a', version }] }))).toBe('VALID');
    expect(flagOf(did({ reads: [{ key: 'absent' }] }))).toBe('VALID');
    expect(flagOf(did({ reads: [{ key: 'a' }] }))).toBe('MVCC_READ_CONFLICT');
    expect(flagOf(did({ reads: [{ key: 'a', version: { block: 1, transaction: 1 } }] }))).toBe('MVCC_READ_CONFLICT');
    expect(flagOf(did({ reads: [{ key: 'absent', version }] }))).toBe('MVCC_READ_CONFLICT');
  });

  test('must not have been written by a valid transaction before it in the block', () => {
    const reader = did({ reads: [{ key: 'a' }] });
    expect(flagsOf([did({ writes }), reader])).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
    expect(flagsOf([did({ writes }, { endorsers: [] }), reader])).toEqual(['ENDORSEMENT_POLICY_FAILURE', 'VALID']);
    const deleted = did({ writes: [{ ...written('a', ''), isDelete: true }] });
    expect(flagsOf([deleted, reader])).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
  });

  test('as a range must hold the same keys', () => {
    for (const key of ['a', 'c']) put('anchor', key, Buffer.from('v'));
    const both = [
      { key: 'a', version },
      { key: 'c', version },
    ];
    const range = (change: object) =>
      did({ ranges: [{ startKey: 'a', endKey: 'd', exhausted: true, reads: both, ...change }] });
    expect(flagOf(range({}))).toBe('VALID');
    expect(flagOf(range({ reads: both.slice(0, 1) }))).toBe('PHANTOM_READ_CONFLICT');
    expect(flagOf(range({ reads: undefined }))).toBe('PHANTOM_READ_CONFLICT');
    expect(flagOf(range({ startKey: 'b', endKey: 'c', reads: undefined }))).toBe('VALID');
    expect(flagOf(range({ endKey: 'c', exhausted: false }))).toBe('VALID');
    expect(flagOf(range({ startKey: '', endKey: '' }))).toBe('VALID');
  });

  test('as a range must not have got or lost a key in the block', () => {
    for (const key of ['a', 'c']) put('anchor', key, Buffer.from('v'));
    const reads = [
      { key: 'a', version },
      { key: 'c', version },
    ];
    const range = did({ ranges: [{ startKey: 'a', endKey: 'd', exhausted: true, reads }] });
    const write = (key: string, isDelete = false) =>
      did({ writes: [{ ...written(key, isDelete ? '' : 'v'), isDelete }] });
    expect(flagsOf([write('b'), range])).toEqual(['VALID', 'PHANTOM_READ_CONFLICT']);
    expect(flagsOf([write('c'), range])).toEqual(['VALID', 'PHANTOM_READ_CONFLICT']);
    expect(flagsOf([write('c', true), range])).toEqual(['VALID', 'PHANTOM_READ_CONFLICT']);
    expect(flagsOf([write('d'), range])).toEqual(['VALID', 'VALID']);
    expect(flagsOf([write('b', true), range])).toEqual(['VALID', 'VALID']);
  });

  test.each([51, 300, 2_700])('as a range of %i keys is compared by hashes', (count) => {
    const keys = Array.from({ length: count }, (_, index) => `k${String(index).padStart(5, '0')}`);
    const summary = new RangeSummary();
    for (const key of keys) {
      put('anchor', key, Buffer.from('v'));
      summary.add({ key, version });
    }
    const { merkle } = summary.done();
    const range = did({ ranges: [{ startKey: 'k', endKey: 'l', exhausted: true, merkle }] });
    const more = did({ writes: [written('k00020x', 'v')] });
    expect(flagsOf([range, more])).toEqual(['VALID', 'VALID']);
    expect(flagsOf([more, range])).toEqual(['VALID', 'PHANTOM_READ_CONFLICT']);
    const bent = { ...merkle!, maxDegree: 1 };
    expect(flagOf(did({ ranges: [{ startKey: 'k', endKey: 'l', exhausted: true, merkle: bent }] }))).toBe(
      'PHANTOM_READ_CONFLICT',
    );
  });
});
