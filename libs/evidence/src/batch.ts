// The contract's `append`: what one batch of a site's log says on the ledger
import type { JsonObject, JsonValue } from '#libs/fhir-json';
import { appendLeaves, CompactRange, type Growth, HASH_SIZE, sameHash } from '#libs/merkle';
import { LEAF_ENTRY_SIZE } from './event-record.js';
import { FormatError } from './format-error.js';
import { canonicalValue } from './opening.js';
import { type Reliance, readReliance, readViolation, sortedReliances, type Violation } from './reliance.js';
import { bytes, count, list, object, text } from './shape.js';

/** Most leaves that the contract takes in one batch. */
export const MAX_BATCH = 5_000;

/** Most versions of Consents that it takes in one. */
export const MAX_CONSENTS = 1_000;

/** The argument of the contract's `append`; members in the order of RFC 8785, so JSON.stringify gives its one text. */
export interface AppendArgument {
  /** The distinct versions of Consents relied on, by handle and version; absent when there are none. */
  consents?: Reliance[];
  /** Index of the first leaf: the size of the tree before. */
  first: number;
  /** Base64 of the leaf entries, one after the other. */
  leaves: string;
  /** Base64 of the root after the batch. */
  root: string;
  site: string;
  /** Size of the tree after the batch. */
  size: number;
}

/** A batch, and the state of the tree after it. */
export interface Batch {
  argument: AppendArgument;
  range: CompactRange;
  /** What it adds to the tiles. */
  growth: Growth;
}

/**
 * The batch that appends events, given as their leaf entries one after the other, to the tree `before` (which stays as it is), and
 * says which Consents they relied on. Throws FormatError when they are no leaf entries.
 */
export function makeBatch(
  site: string,
  before: CompactRange,
  entries: Buffer,
  consents: readonly Reliance[] = [],
): Batch {
  const events = entries.length / LEAF_ENTRY_SIZE;
  if (!Number.isInteger(events)) throw new FormatError('a leaf hash has 32 bytes');
  if (events === 0 || events > MAX_BATCH) throw new RangeError(`a batch has 1 to ${MAX_BATCH} events`);
  const range = CompactRange.of(before.size, before.hashes);
  const growth = appendLeaves(range, leavesOf(entries));
  const [leaves, root] = [entries.toString('base64'), range.root().toString('base64')];
  const relied = consents.length === 0 ? {} : { consents: sortedReliances(consents) };
  return { argument: { ...relied, first: before.size, leaves, root, site, size: range.size }, range, growth };
}

function leavesOf(entries: Buffer): Buffer {
  const events = entries.length / LEAF_ENTRY_SIZE;
  const leaves = Buffer.allocUnsafe(events * HASH_SIZE);
  for (let event = 0; event < events; event += 1)
    entries.copy(leaves, event * HASH_SIZE, event * LEAF_ENTRY_SIZE + 1, (event + 1) * LEAF_ENTRY_SIZE);
  return leaves;
}

/** Milliseconds since 1970 at which years have more digits than a FHIR instant takes. */
export const YEAR_10000 = Date.UTC(10_000, 0);

/** What the contract writes under `log:<site>`. */
export interface LogValue {
  site: string;
  mspId: string;
  first: number;
  last: number;
  size: number;
  root: Buffer;
  /** The compact range of the tree after it: as many hashes as a tree of this size has. */
  range: Buffer[];
  /** Leaf entries from `first` to `last`, one after the other. */
  entries: Buffer;
  txId: string;
  /** The time that its transaction claims, milliseconds since 1970; undefined where it says none. */
  at: number | undefined;
  /** Which versions of Consents its events relied on. */
  consents: Reliance[];
  /** Which of them it relied on wrongly, as far as the ledger knew when it arrived. */
  violations: Violation[];
}

/** The root of the tree after the batch `log` with the leaves of the batch `next` behind it. */
export function rootAfter({ size, range }: LogValue, { entries }: LogValue): Buffer {
  const tree = CompactRange.of(size, range);
  tree.appendAll(leavesOf(entries));
  return tree.root();
}

/** The contract's key for a site's log. */
export function logKey(site: string): string {
  return `log:${site}`;
}

function readEntries(value: Buffer, first: number, last: number): Buffer {
  if (value.length !== (last - first + 1) * LEAF_ENTRY_SIZE) throw new FormatError('leaves do not fit first and last');
  return value;
}

/** The entry of the leaf `index`; undefined when the batch does not reach it. */
export function entryAt({ first, last, entries }: LogValue, index: number): Buffer | undefined {
  if (index < first || index > last) return undefined;
  return entries.subarray((index - first) * LEAF_ENTRY_SIZE, (index - first + 1) * LEAF_ENTRY_SIZE);
}

/** Throws FormatError unless these hashes are a compact range of this size and root. */
export function checkRange(size: number, root: Buffer, range: readonly Buffer[]): void {
  try {
    if (sameHash(CompactRange.of(size, range).root(), root)) return;
  } catch {
    throw new FormatError('the range is not that of a tree of this size');
  }
  throw new FormatError('the range does not give the root');
}

const MEMBERS = ['site', 'mspId', 'first', 'last', 'size', 'root', 'range', 'leaves', 'txId'];
/** What the second format has beside these; the first has no `format` and names no Consents. */
const MEMBERS_2 = ['format', 'at', 'decided', 'consents', 'violations'];
const LOG_FORMAT_2 = 'holdfast-log/2';

function readMembers(source: Uint8Array): JsonObject {
  const value = canonicalValue(source, 'the ledger value');
  const isSecond = typeof value === 'object' && value !== null && Object.hasOwn(value, 'format');
  const members = object(value, 'the ledger value', isSecond ? [...MEMBERS, ...MEMBERS_2] : MEMBERS);
  if (isSecond && members.format !== LOG_FORMAT_2) throw new FormatError('the ledger value is of an unknown format');
  return members;
}

/** The contract takes the time as the transaction claims it, so it may be none that a calendar shows. */
function timeIn(at: JsonValue | undefined): number | undefined {
  return typeof at === 'number' && Number.isSafeInteger(at) && at >= 0 && at < YEAR_10000 ? at : undefined;
}

/**
 * Reads that value in either of its formats, and checks that its numbers, leaves, range and root fit each other. Throws
 * FormatError.
 */
export function readLogValue(source: Uint8Array): LogValue {
  const members = readMembers(source);
  const [first, last, size] = [members.first, members.last, members.size].map((n) => count(n, 'index')) as [
    number,
    number,
    number,
  ];
  if (last !== size - 1 || first > last) throw new FormatError('first, last and size do not fit each other');
  const root = bytes(members.root, 'root', HASH_SIZE);
  const range = list(members.range, 'range', (hash, name) => bytes(hash, name, HASH_SIZE));
  checkRange(size, root, range);
  return {
    site: text(members.site, 'site'),
    mspId: text(members.mspId, 'mspId'),
    first,
    last,
    size,
    root,
    range,
    entries: readEntries(bytes(members.leaves, 'leaves'), first, last),
    txId: text(members.txId, 'txId'),
    at: timeIn(members.at),
    consents: members.consents === undefined ? [] : list(members.consents, 'consents', readReliance),
    violations: members.violations === undefined ? [] : list(members.violations, 'violations', readViolation),
  };
}
