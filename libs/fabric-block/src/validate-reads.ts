// Hyperledger Fabric 3.1 documentation, "Read-Write set semantics": what was read must still be so
import { sameVersion } from './key-version.js';
import { RangeSummary } from './range-summary.js';
import type { KeyRead, NamespaceSet, RangeRead, Version } from './read-write-set.js';
import type { UpdateBatch } from './update-batch.js';
import { compareUtf8 } from './utf8-order.js';
import type { ValidationCode } from './validation-code.js';
import type { ValidationState } from './validation-context.js';

/** The state with what the valid transactions of the block have changed so far. */
export interface PendingState {
  state: ValidationState;
  batch: UpdateBatch;
}

/** The flag for reads that no longer hold, in the order in which a peer looks; undefined when all hold. */
export function readConflict(sets: readonly NamespaceSet[], pending: PendingState): ValidationCode | undefined {
  for (const set of sets) {
    if (!set.reads.every((read) => holds(set.namespace, read, undefined, pending))) return 'MVCC_READ_CONFLICT';
    if (!set.ranges.every((range) => sameRange(set.namespace, range, pending))) return 'PHANTOM_READ_CONFLICT';
    if (!hiddenReadsHold(set, pending)) return 'MVCC_READ_CONFLICT';
  }
  return undefined;
}

/** A key that the block has touched conflicts whatever its version: deleted before and deleted again does too. */
function holds(
  namespace: string,
  read: KeyRead,
  collection: string | undefined,
  { state, batch }: PendingState,
): boolean {
  if (batch.get(namespace, read.key, collection)) return false;
  return sameVersion(state.get(namespace, read.key, collection)?.version, read.version);
}

function hiddenReadsHold({ namespace, collections = [] }: NamespaceSet, pending: PendingState): boolean {
  return collections.every(({ collection, reads }) =>
    reads.every(({ keyHash, version }) => holds(namespace, { key: keyHash, version }, collection, pending)),
  );
}

function sameRange(namespace: string, range: RangeRead, pending: PendingState): boolean {
  return range.merkle ? sameSummary(namespace, range, range.merkle, pending) : sameReads(namespace, range, pending);
}

function sameReads(namespace: string, range: RangeRead, pending: PendingState): boolean {
  const expected = range.reads ?? [];
  let index = 0;
  for (const read of nowInRange(namespace, range, pending)) {
    const before = expected[index++];
    if (before?.key !== read.key || !sameVersion(before.version, read.version)) return false;
  }
  return index === expected.length;
}

function sameSummary(
  namespace: string,
  range: RangeRead,
  before: NonNullable<RangeRead['merkle']>,
  pending: PendingState,
): boolean {
  if (before.maxDegree < 2) return false;
  const summary = new RangeSummary(before.maxDegree);
  for (const read of nowInRange(namespace, range, pending)) summary.add(read);
  const { merkle } = summary.done();
  const sameShape = merkle?.maxLevel === before.maxLevel && merkle.hashes.length === before.hashes.length;
  return sameShape && merkle.hashes.every((hash, index) => Buffer.compare(hash, before.hashes[index]!) === 0);
}

/** Everything in the range as the transaction saw it: to its end, or to and with the last key that it was given. */
function* nowInRange(namespace: string, range: RangeRead, { state, batch }: PendingState): Generator<KeyRead> {
  const end = range.exhausted ? range.endKey : `${range.endKey}\0`;
  const changed = batch.range(namespace, range.startKey, end);
  let next = 0;
  for (const [key, version] of committed(state, namespace, range.startKey, end)) {
    for (; next < changed.length && compareUtf8(changed[next]!.key, key) < 0; next++) yield* ifThere(changed[next]!);
    if (changed[next]?.key !== key) yield { key, version };
  }
  for (; next < changed.length; next++) yield* ifThere(changed[next]!);
}

function* ifThere(update: { key: string; value: Uint8Array | undefined; version: Version }): Generator<KeyRead> {
  if (update.value !== undefined) yield { key: update.key, version: update.version };
}

const CHUNK = 128;

function* committed(
  state: ValidationState,
  namespace: string,
  startKey: string,
  endKey: string,
): Generator<[string, Version]> {
  for (let start = startKey; ; ) {
    const chunk = state.range(namespace, start, endKey, CHUNK);
    for (const [key, { version }] of chunk) yield [key, version];
    if (chunk.length < CHUNK) return;
    start = `${chunk.at(-1)![0]}\0`;
  }
}
