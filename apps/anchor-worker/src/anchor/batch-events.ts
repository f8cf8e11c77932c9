import { MAX_CONSENTS, type Reliance } from '#libs/evidence';
import type { EventReliance, OutboxEvent } from '#libs/store';

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

/** As many of the events, from the first on, as rely on no more Consents than one batch may name. */
export function withinConsents(events: readonly OutboxEvent[], reliances: readonly EventReliance[]): OutboxEvent[] {
  if (reliances.length <= MAX_CONSENTS) return [...events];
  const byEvent = Map.groupBy(reliances, ({ event }) => event);
  const names = new Set<string>();
  const beyond = events.findIndex(({ id }) => {
    for (const one of byEvent.get(id) ?? []) names.add(nameOf(one));
    return names.size > MAX_CONSENTS;
  });
  return beyond < 0 ? [...events] : events.slice(0, Math.max(1, beyond));
}
