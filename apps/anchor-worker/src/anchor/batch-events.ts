import { MAX_CONSENTS, type Reliance } from '#libs/evidence';
import { below, type EventReliance, type IdRanges } from '#libs/store';

const nameOf = ({ handle, version }: EventReliance): string => `${handle}:${version}`;

/** The distinct versions of Consents, each with the earliest and the latest decision that relied on it. */
export function distinct(reliances: readonly EventReliance[]): Reliance[] {
  const found = new Map<string, Reliance>();
  for (const one of reliances) {
    const time = Number(one.time);
    const { earliest = time, latest = time } = found.get(nameOf(one)) ?? {};
    const { handle, version } = one;
    found.set(nameOf(one), { handle, version, earliest: Math.min(earliest, time), latest: Math.max(latest, time) });
  }
  return [...found.values()];
}

/** As many of the events, from the first on, as rely on no more Consents than one batch may name; `reliances` in their order. */
export function withinConsents(ids: IdRanges, reliances: readonly EventReliance[]): IdRanges {
  if (reliances.length <= MAX_CONSENTS) return ids;
  const names = new Set<string>();
  const beyond = reliances.find((one) => names.add(nameOf(one)).size > MAX_CONSENTS);
  if (beyond === undefined) return ids;
  const first = ids[0]?.first ?? 0;
  return below(ids, Math.max(beyond.event, first + 1));
}
