// RFC 6962 section 2.1: a site's append-only log, kept on the ledger as the compact range of its tree
import { CompactRange } from '../../../libs/merkle/src/index.js';
import { type AppendArgument, ENTRY_SIZE } from './argument.js';
import { canonicalJson, type Flat } from './canonical-json.js';
import { Refusal } from './refusal.js';

/** The value under `log:<site>`: the head after the last batch, and that batch. */
export interface SiteLog {
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
}

export const logKey = (site: string): string => `log:${site}`;

/** The stored log; undefined for a site that has none yet. */
export function readLog(state: Uint8Array): SiteLog | undefined {
  if (state.length === 0) return undefined;
  return JSON.parse(Buffer.from(state).toString('utf8')) as SiteLog;
}

export function logText(log: SiteLog): string {
  return canonicalJson({ ...log } satisfies Flat);
}

/** The log without the leaves of its last batch: what a reader needs to check or to continue it. */
export function headText(log: SiteLog): string {
  const { leaves: _, ...head } = log;
  return canonicalJson(head);
}

function storedRange(log: SiteLog | undefined): CompactRange {
  try {
    return log
      ? CompactRange.of(
          log.size,
          log.range.map((hash) => Buffer.from(hash, 'base64')),
        )
      : CompactRange.of(0, []);
  } catch {
    throw new Refusal('BAD_STATE', 'the stored range is not that of a tree');
  }
}

/** Refuses whatever does not continue the log exactly where it ends. */
function checkContinues(log: SiteLog | undefined, batch: AppendArgument): void {
  const size = log?.size ?? 0;
  const repeated =
    log?.first === batch.first && size === batch.size && log.leaves === batch.leaves && log.root === batch.root;
  if (repeated) throw new Refusal('ALREADY_APPENDED', log.txId);
  if (batch.first !== size)
    throw new Refusal('GAP', `the log has ${size} leaves and the batch starts at ${batch.first}`);
}

/** The log after the batch. Refuses a foreign site, a gap or rewrite, and a root that the leaves do not give. */
export function appended(log: SiteLog | undefined, batch: AppendArgument, mspId: string, txId: string): SiteLog {
  if (log && log.mspId !== mspId) throw new Refusal('FOREIGN_SITE', 'another organisation has this site');
  checkContinues(log, batch);
  const range = storedRange(log);
  for (let at = 0; at < batch.entries.length; at += ENTRY_SIZE)
    range.append(batch.entries.subarray(at + 1, at + ENTRY_SIZE));
  if (range.root().toString('base64') !== batch.root)
    throw new Refusal('WRONG_ROOT', 'the leaves do not give this root');
  const { site, first, size, root, leaves } = batch;
  return {
    site,
    mspId,
    first,
    last: size - 1,
    size,
    root,
    range: range.hashes.map((hash) => hash.toString('base64')),
    leaves,
    txId,
  };
}
