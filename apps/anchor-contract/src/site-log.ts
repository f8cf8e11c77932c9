// RFC 6962 section 2.1: a site's append-only log, kept on the ledger as the compact range of its tree
import { type CompactRange, HASH_SIZE } from '../../../libs/merkle/src/index.js';
import { type AppendArgument, ENTRY_SIZE, type Reliance, reliance } from './append-argument.js';
import { count, hash, list, members, site } from './argument-shape.js';
import { canonicalJson, type Json, type JsonObject } from './canonical-json.js';
import { Refusal } from './refusal.js';
import { perhapsEmpty, stored, storedRange, text } from './stored.js';
import { readViolation, type Violation } from './violation.js';

/** Values written before batches named the consents they relied on have no `format`, nor the members from `at` on. */
export const LOG_FORMAT = 'holdfast-log/2';

/** The value under `log:<site>`: the head after the last batch, and that batch. */
export interface SiteLog {
  format: typeof LOG_FORMAT;
  site: string;
  /** The MSP that claimed the site's name with the first batch. */
  mspId: string;
  first: number;
  last: number;
  size: number;
  root: string;
  /** Hashes of the perfect subtrees, largest first, base64. */
  range: readonly string[];
  leaves: string;
  txId: string;
  /** The transaction's own time, as its submitter says: milliseconds since 1970. */
  at: number;
  /** The latest decision time that any batch of this log has named, microseconds; 0 before there is one. */
  decided: number;
  consents: readonly Reliance[];
  violations: readonly Violation[];
}

/** What is there before a batch: also a value of the first format. */
export type PriorLog = Omit<SiteLog, 'format' | 'at' | 'decided' | 'consents' | 'violations'> & Partial<SiteLog>;

export const logKey = (site: string): string => `log:${site}`;

const FIRST_FORMAT = ['first', 'last', 'leaves', 'mspId', 'range', 'root', 'site', 'size', 'txId'];
const SINCE = ['at', 'before', 'carried', 'consents', 'decided', 'format', 'organizations', 'violations'];

function perhaps(value: Json | undefined, read: (value: Json) => unknown): void {
  if (value !== undefined) read(value);
}

function logOf(value: unknown): PriorLog {
  const log = members(value, FIRST_FORMAT, SINCE);
  site(log.site);
  for (const name of ['mspId', 'leaves', 'txId']) text(name, log[name]);
  for (const name of ['first', 'last', 'size']) count(name, log[name]);
  hash('root', log.root);
  for (const one of list('range', log.range)) hash('range', one);
  for (const name of ['at', 'decided']) perhaps(log[name], (given) => count(name, given));
  perhaps(log.consents, (given) => perhapsEmpty('consents', given).forEach(reliance));
  perhaps(log.violations, (given) => perhapsEmpty('violations', given).forEach(readViolation));
  return log as unknown as PriorLog;
}

/** The stored log; undefined for a site that has none yet. Refuses BAD_STATE for what is none. */
export function readLog(state: Uint8Array): PriorLog | undefined {
  return stored(state, 'the log', logOf);
}

export function logText(log: PriorLog): string {
  return canonicalJson(log as unknown as JsonObject);
}

/** The log without its last batch: what a reader needs to check or to continue it. */
export function headText(log: PriorLog): string {
  const { leaves: _leaves, consents: _consents, violations: _violations, ...head } = log;
  return canonicalJson(head as unknown as JsonObject);
}

/** Refuses whatever does not continue the log exactly where it ends. */
function checkContinues(log: PriorLog | undefined, batch: AppendArgument): void {
  const size = log?.size ?? 0;
  const repeated =
    log?.first === batch.first && size === batch.size && log.leaves === batch.leaves && log.root === batch.root;
  if (repeated) throw new Refusal('ALREADY_APPENDED', log.txId);
  if (batch.first !== size)
    throw new Refusal('GAP', `the log has ${size} leaves and the batch starts at ${batch.first}`);
}

/** The leaf hashes alone, one behind the other. */
function leavesOf(entries: Buffer): Buffer {
  const leaves = Buffer.allocUnsafe((entries.length / ENTRY_SIZE) * HASH_SIZE);
  for (let from = 0, to = 0; from < entries.length; from += ENTRY_SIZE, to += HASH_SIZE)
    entries.copy(leaves, to, from + 1, from + ENTRY_SIZE);
  return leaves;
}

function extended(log: PriorLog | undefined, batch: AppendArgument): CompactRange {
  const range = storedRange(log?.size ?? 0, log?.range ?? []);
  range.appendAll(leavesOf(batch.entries));
  if (range.root().toString('base64') !== batch.root)
    throw new Refusal('WRONG_ROOT', 'the leaves do not give this root');
  return range;
}

/** Who appends, in which transaction, and what is wrong with the consents relied on. */
export interface Appending {
  mspId: string;
  txId: string;
  at: number;
  violations: readonly Violation[];
}

/** Refuses a foreign site, and a gap, overlap or repetition. */
export function checkAppend(log: PriorLog | undefined, batch: AppendArgument, mspId: string): void {
  if (log && log.mspId !== mspId) throw new Refusal('FOREIGN_SITE', 'another organisation has this site');
  checkContinues(log, batch);
}

/** The log after a batch that `checkAppend` let through. Refuses a root that the leaves do not give. */
export function appended(log: PriorLog | undefined, batch: AppendArgument, appending: Appending): SiteLog {
  const { site, first, size, root, leaves, consents } = batch;
  const { mspId, txId, at, violations } = appending;
  const range = extended(log, batch).hashes.map((hash) => hash.toString('base64'));
  const decided = Math.max(log?.decided ?? 0, ...consents.map(({ latest }) => latest));
  const log2 = { format: LOG_FORMAT, at, decided, consents, violations } as const;
  return { ...log2, site, mspId, first, last: size - 1, size, root, range, leaves, txId };
}
