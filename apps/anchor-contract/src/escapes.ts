// Which escapes count. A key that witnesses alone may write holds whatever they want: it is judged by histories, so by queries only
import type { Context } from 'fabric-contract-api';
import { type ConsentVersion, versionKey } from './consent-record.js';
import { DAY_MS, isOfItsTime } from './escape-ledger.js';
import { type Escape, escapeKey, readWayOut, type WayOut } from './escape-record.js';
import { type Change, changesOf } from './key-history.js';
import { LogTimes } from './log-history.js';
import type { Settings } from './settings.js';
import { readable } from './stored.js';
import { transactionTime } from './transaction-time.js';

/**
 * Why an escape does not count. `UNREADABLE`: no escape was written. `NO_WITNESS`: by somebody else. `BAD_TIME`: it binds from another
 * time than its transaction's. `TOO_EARLY`: its transaction has a time that is still to come. `NOT_LAST`: the custodian's
 * next version was there. `NOT_VANISHED`: the custodian's log had moved, or the version been written, too short a time before.
 */
export type EscapeFault = 'UNREADABLE' | 'NO_WITNESS' | 'BAD_TIME' | 'TOO_EARLY' | 'NOT_LAST' | 'NOT_VANISHED';

/** What was written under an escape's key after the version. Who wrote it is in its transaction; `by` is what it says itself. */
export interface JudgedEscape extends Partial<Omit<Escape, 'txId'>> {
  /** The version that it ends. */
  version: number;
  txId: string;
  /** The time in its transaction, milliseconds. */
  at: number;
  counts: 0 | 1;
  fault?: EscapeFault;
}

/** How witnesses may end a version, and what was made of it, oldest first. */
export interface EscapesOfVersion {
  wayOut: WayOut | undefined;
  escapes: JudgedEscape[];
}

/** What a version's escapes are judged by. */
interface Circumstances {
  custodian: string;
  wayOut: WayOut | undefined;
  /** When the version was written, and the one after it if it was. */
  written: number;
  nextWritten: number;
}

/** Judges the escapes of one query. To be closed. */
export class Escapes {
  private readonly logs = new Map<string, LogTimes>();

  constructor(
    private readonly ctx: Context,
    private readonly settings: Settings,
  ) {}

  /** What was written under the escape's key of this version since, each with what it is worth. */
  async of({ handle, version, by: custodian, txId }: ConsentVersion): Promise<EscapesOfVersion> {
    const later: Change[] = [];
    for await (const change of changesOf(this.ctx, escapeKey(handle, version))) {
      if (change.txId !== txId) {
        later.unshift(change);
        continue;
      }
      const wayOut = readable(() => readWayOut(change.value));
      if (later.length === 0) return { wayOut, escapes: [] };
      const nextWritten = (await this.writtenAt(handle, version + 1)) ?? Number.POSITIVE_INFINITY;
      const circumstances = { custodian, wayOut, written: change.at, nextWritten };
      const escapes: JudgedEscape[] = [];
      for (const one of later) escapes.push(await this.judged(one, version, circumstances));
      return { wayOut, escapes };
    }
    return { wayOut: undefined, escapes: [] };
  }

  /** From when on nobody can have relied on this version for an escape; undefined where none counts. Microseconds. */
  async bindingOf(version: ConsentVersion): Promise<number | undefined> {
    const { escapes } = await this.of(version);
    const bindings = escapes.flatMap(({ counts, binding }) => (counts === 1 && binding !== undefined ? [binding] : []));
    return bindings.length === 0 ? undefined : Math.min(...bindings);
  }

  async close(): Promise<void> {
    for (const log of this.logs.values()) await log.close();
  }

  private async judged({ txId, at, value }: Change, version: number, by: Circumstances): Promise<JudgedEscape> {
    const escaped = readable(() => readWayOut(value))?.escaped;
    const fault = await this.faultOf(escaped, at, by);
    const said = escaped && { by: escaped.by, recorded: escaped.recorded, binding: escaped.binding };
    return { version, txId, at, ...said, ...(fault === undefined ? { counts: 1 } : { counts: 0, fault }) };
  }

  private async faultOf(
    escaped: Escape | undefined,
    at: number,
    { custodian, wayOut, written, nextWritten }: Circumstances,
  ): Promise<EscapeFault | undefined> {
    if (escaped === undefined || wayOut === undefined) return 'UNREADABLE';
    if (!wayOut.witnesses.includes(escaped.by)) return 'NO_WITNESS';
    if (!isOfItsTime(escaped.binding, at, this.settings)) return 'BAD_TIME';
    if (at > transactionTime(this.ctx) + this.settings.clockBoundSeconds * 1_000) return 'TOO_EARLY';
    if (nextWritten <= at) return 'NOT_LAST';
    const moved = (await this.logOf(wayOut.site).lastUntil(at, custodian)) ?? 0;
    return at - Math.max(written, moved) < this.settings.vanishedAfterDays * DAY_MS ? 'NOT_VANISHED' : undefined;
  }

  private logOf(site: string): LogTimes {
    const known = this.logs.get(site) ?? new LogTimes(this.ctx, site);
    this.logs.set(site, known);
    return known;
  }

  private async writtenAt(handle: string, version: number): Promise<number | undefined> {
    for await (const { at } of changesOf(this.ctx, versionKey(handle, version))) return at;
    return undefined;
  }
}

/** Runs `use` with what judges escapes, and closes that. */
export async function withEscapes<T>(
  ctx: Context,
  settings: Settings,
  use: (escapes: Escapes) => Promise<T>,
): Promise<T> {
  const escapes = new Escapes(ctx, settings);
  try {
    return await use(escapes);
  } finally {
    await escapes.close();
  }
}
