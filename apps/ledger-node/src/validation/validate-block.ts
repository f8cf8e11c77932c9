// Fabric block validation: a flag for every transaction, and what the valid ones leave in the state
import {
  type Envelope,
  type NamespaceSet,
  type StateKey,
  type StateUpdate,
  UpdateBatch,
  VALIDATION_CODE,
  type ValidationCode,
} from '#libs/fabric-block';
import { Overlay } from '../state/overlay.js';
import { type StateView, stateNamespace } from '../state/state.js';
import { type CheckedTransaction, checkTransaction, Invalid, type ValidationContext } from './endorser-transaction.js';
import { readConflict } from './read-conflicts.js';

/** Id of a transaction, and what it read and wrote if it is valid. */
export interface BlockEntry {
  txId: string;
  sets: readonly NamespaceSet[];
}

export interface BlockVerdict {
  flags: Uint8Array;
  updates: StateUpdate[];
  entries: BlockEntry[];
}

type Checked = CheckedTransaction | ValidationCode;

function check(envelope: Envelope, context: ValidationContext): Checked {
  try {
    return checkTransaction(envelope, context);
  } catch (error) {
    if (error instanceof Invalid) return error.code;
    throw error;
  }
}

/** Of several with one id only the first may stand. */
function markDuplicates(checked: Checked[]): Checked[] {
  const seen = new Set<string>();
  return checked.map((transaction) => {
    if (typeof transaction === 'string') return transaction;
    if (seen.has(transaction.txId)) return 'DUPLICATE_TXID';
    seen.add(transaction.txId);
    return transaction;
  });
}

/** Looks keys up the way UpdateBatch asks for them. */
function lookup(state: StateView): ConstructorParameters<typeof UpdateBatch>[1] {
  return (namespace, key, collection) => state.get(stateNamespace(namespace, collection), key);
}

/** The updates of the transactions at the given indexes, without asking whether they are valid. */
export function updatesOf(
  block: number,
  transactions: Iterable<readonly [number, BlockEntry['sets']]>,
  state: StateView,
): StateUpdate[] {
  const batch = new UpdateBatch(block, lookup(state));
  for (const [index, sets] of transactions) batch.apply(index, sets);
  return batch.updates();
}

function touchedKeys(sets: CheckedTransaction['sets']): StateKey[] {
  return sets.flatMap(({ namespace, writes, metadataWrites, collections = [] }) => [
    ...[...writes, ...metadataWrites].map(({ key }) => ({ namespace, key })),
    ...collections.flatMap(({ collection, ...set }) =>
      [...set.writes, ...set.metadataWrites].map(({ keyHash: key }) => ({ namespace, collection, key })),
    ),
  ]);
}

/** Lets the transactions behind this one see what it did to a key. */
function show(view: Overlay, { namespace, collection, key }: StateKey, batch: UpdateBatch): void {
  const update = batch.get(namespace, key, collection);
  if (!update) return;
  const { value, version, metadata } = update;
  view.set(stateNamespace(namespace, collection), key, value && { value, version, metadata });
}

/** Deterministic: the same data on the same state give the same verdict. Touches nothing. */
export function validateBlock(
  number: number,
  envelopes: readonly Envelope[],
  context: ValidationContext,
): BlockVerdict {
  const batch = new UpdateBatch(number, lookup(context.state));
  const view = new Overlay(context.state);
  const checked = markDuplicates(envelopes.map((envelope) => check(envelope, context)));
  const codes = checked.map((transaction, index) => {
    if (typeof transaction === 'string') return transaction;
    const conflict = readConflict(transaction.sets, view);
    if (conflict) return conflict;
    batch.apply(index, transaction.sets);
    for (const where of touchedKeys(transaction.sets)) show(view, where, batch);
    return 'VALID' as const;
  });
  const entries = checked.map((transaction, index) => ({
    txId: envelopes[index]!.channelHeader.txId,
    sets: codes[index] === 'VALID' ? (transaction as CheckedTransaction).sets : [],
  }));
  return { flags: Uint8Array.from(codes, (code) => VALIDATION_CODE[code]), updates: batch.updates(), entries };
}
