// Fabric MVCC validation: what a transaction read must still be so after the valid transactions before it in the block
import type { KeyRead, NamespaceSet, RangeRead, ValidationCode, Version } from '#libs/fabric-block';
import { RangeReads } from '../simulation/range-reads.js';
import type { Overlay } from '../state/overlay.js';
import { type StateView, stateNamespace } from '../state/state.js';

const CHUNK = 128;

function sameVersion(a: Version | undefined, b: Version | undefined): boolean {
  return a?.block === b?.block && a?.transaction === b?.transaction;
}

/** Everything now in the range as the transaction saw it: up to its end, or up to and with the last key it was given. */
function* current(view: StateView, namespace: string, range: RangeRead): Generator<KeyRead> {
  const endKey = range.exhausted ? range.endKey : `${range.endKey}\u0000`;
  let start = range.startKey;
  for (;;) {
    const chunk = view.range(namespace, start, endKey, CHUNK);
    for (const [key, { version }] of chunk) yield { key, version };
    if (chunk.length < CHUNK) return;
    start = `${chunk.at(-1)![0]}\u0000`;
  }
}

function sameReads(a: readonly KeyRead[], b: readonly KeyRead[]): boolean {
  return (
    a.length === b.length && a.every((read, i) => read.key === b[i]!.key && sameVersion(read.version, b[i]!.version))
  );
}

function sameMerkle(a: RangeRead['merkle'], b: NonNullable<RangeRead['merkle']>): boolean {
  const sameShape = a?.maxLevel === b.maxLevel && a.hashes.length === b.hashes.length;
  return sameShape && a.hashes.every((hash, i) => Buffer.compare(hash, b.hashes[i]!) === 0);
}

function sameRange(view: StateView, namespace: string, range: RangeRead): boolean {
  const reads = [...current(view, namespace, range)];
  if (!range.merkle) return sameReads(reads, range.reads ?? []);
  const now = new RangeReads(range.merkle.maxDegree);
  for (const read of reads) now.add(read);
  return sameMerkle(now.done().merkle, range.merkle);
}

/** A key that the block has touched conflicts even where its version is the same: deleted before, deleted again. */
function sameKeys(view: Overlay, namespace: string, reads: readonly KeyRead[]): boolean {
  return reads.every(
    ({ key, version }) => !view.has(namespace, key) && sameVersion(view.get(namespace, key)?.version, version),
  );
}

function sameCollections(view: Overlay, { namespace, collections = [] }: NamespaceSet): boolean {
  return collections.every(({ collection, reads }) =>
    sameKeys(
      view,
      stateNamespace(namespace, collection),
      reads.map(({ keyHash, version }) => ({ key: keyHash, version })),
    ),
  );
}

/** The flag for reads that no longer hold in `view`, the state with what the block has changed so far; undefined when all hold. */
export function readConflict(sets: readonly NamespaceSet[], view: Overlay): ValidationCode | undefined {
  for (const set of sets) {
    if (!sameKeys(view, set.namespace, set.reads)) return 'MVCC_READ_CONFLICT';
    if (!set.ranges.every((range) => sameRange(view, set.namespace, range))) return 'PHANTOM_READ_CONFLICT';
    if (!sameCollections(view, set)) return 'MVCC_READ_CONFLICT';
  }
  return undefined;
}
