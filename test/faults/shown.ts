// One by one: each answer that a client has kept, and the one leaf that tells of it
import { decodeRecord } from '#libs/evidence';
import type { EventRow, VersionRow } from './checker.js';
import type { Entry } from './load.js';

/** An answer and the place of its event in the log. */
interface Told {
  began: number;
  ended: number;
  place: number;
}

interface ReadEvent {
  /** `Observation/1/3`: the version whose content the event commits to. */
  version: string;
  /** Milliseconds, by the clock of Postgres on this machine. */
  time: number;
  place: number;
}

/** The server goes on for a while with a request whose client has given up. */
const GOES_ON_MS = 20_000;
const nameOf = ({ type, id, version }: Pick<Entry, 'type' | 'id' | 'version'>) => `${type}/${id}/${version}`;
const isServed = ({ kind, status }: Entry) => kind === 'read' && status === 200;
const isLost = ({ kind, status }: Entry) => kind === 'read' && (status === undefined || status >= 500);
const isWritten = ({ kind, status }: Entry) => kind !== 'read' && (status === 200 || status === 201);

/** What is wrong between the answers and the events, in sentences. A client asks for ids of its own, one after the other. */
export function shownFaults(
  diary: readonly Entry[],
  versions: readonly VersionRow[],
  events: readonly EventRow[],
): string[] {
  if (diary.length === 0) return []; // nobody kept one
  const reads = readEvents(versions, events);
  const free = Map.groupBy(reads, ({ version }) => version);
  const told: Told[] = [];
  const faults: string[] = [];
  // One after the other, the earliest that fits: the event of the next request may stand within the millisecond of this answer.
  for (const entry of diary.filter(isServed).sort((a, b) => a.ended - b.ended)) {
    const { began, ended } = entry;
    const open = free.get(nameOf(entry)) ?? [];
    const event = open
      .filter(({ time }) => time >= began - 1 && time <= ended + 1)
      .reduce<ReadEvent | undefined>((first, one) => (first && first.time <= one.time ? first : one), undefined);
    if (event === undefined) {
      faults.push(`a read of ${nameOf(entry)} has no event of its own`);
      continue;
    }
    told.push({ began, ended, place: event.place });
    free.set(
      event.version,
      open.filter((other) => other !== event),
    );
  }
  const left = [...free.values()].flat();
  return [
    ...faults,
    ...unasked(left, diary.filter(isLost)),
    ...orderFaults([...told, ...writes(diary, versions, events)]),
  ];
}

function readEvents(versions: readonly VersionRow[], events: readonly EventRow[]): ReadEvent[] {
  const byCommitment = new Map(versions.map((version) => [version.commitment.toString('hex'), nameOf(version)]));
  return events.flatMap(({ record, decision, version_pid: pid, leaf_index: place }) => {
    if (pid !== null || decision !== 'permit') return [];
    const { action, outcome, content, time } = decodeRecord(record);
    if (action !== 'read' || outcome !== 200) return [];
    const version = byCommitment.get(content?.toString('hex') ?? '') ?? 'no version';
    return [{ version, time: Number(time / 1_000n), place: Number(place ?? -1) }];
  });
}

/** An event of a read that nobody has an answer to belongs to a request whose answer got lost: one to each at most. */
function unasked(left: readonly ReadEvent[], lost: readonly Entry[]): string[] {
  const open = new Set(lost);
  return [...left]
    .sort((a, b) => a.time - b.time)
    .flatMap(({ version, time }) => {
      const request = [...open].find(
        ({ type, id, began, ended }) =>
          version.startsWith(`${type}/${id}/`) && time >= began - 1 && time <= ended + GOES_ON_MS,
      );
      if (request === undefined) return [`the event of a read of ${version} belongs to no request`];
      open.delete(request);
      return [];
    });
}

function writes(diary: readonly Entry[], versions: readonly VersionRow[], events: readonly EventRow[]): Told[] {
  const pids = new Map(versions.map((version) => [nameOf(version), version.pid]));
  const places = new Map(events.map(({ version_pid: pid, leaf_index: place }) => [pid, Number(place ?? -1)]));
  return diary.filter(isWritten).flatMap((entry) => {
    const place = places.get(pids.get(nameOf(entry)) ?? '');
    return place === undefined ? [] : [{ began: entry.began, ended: entry.ended, place }];
  });
}

/** What was answered before another request began stands before it in the log. */
function orderFaults(told: readonly Told[]): string[] {
  const byEnd = [...told].sort((a, b) => a.ended - b.ended);
  let before = -1;
  let next = 0;
  return [...told]
    .sort((a, b) => a.began - b.began)
    .flatMap(({ began, place }) => {
      for (; next < byEnd.length && byEnd[next]!.ended < began; next += 1)
        before = Math.max(before, byEnd[next]!.place);
      return before < place ? [] : [`place ${place} is of a later request than place ${before}`];
    });
}
