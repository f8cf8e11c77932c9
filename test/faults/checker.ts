// The one judge of every fault: SQL and a scan of all blocks. It uses nothing of the store or the worker but their tables
import { createHash } from 'node:crypto';
import { decodeRecord } from '#libs/evidence';
import type { InstallationUnderTest } from './installation.js';
import { SITE } from './installation.js';
import { type LedgerScan, scanLedger } from './ledger-scan.js';
import type { Entry } from './load.js';
import { shownFaults } from './shown.js';

export interface EventRow {
  id: string;
  decision: string;
  record: Buffer;
  leaf: Buffer;
  leaf_index: string | null;
  version_pid: string | null;
  parked: Buffer | null;
}

export interface VersionRow {
  pid: string;
  type: string;
  id: string;
  version: number;
  commitment: Buffer;
  is_current: boolean;
}

export interface Verdict {
  /** In sentences; none is as it should be. */
  faults: string[];
  events: number;
  batches: number;
  versions: number;
  blocks: number;
}

const ENTRY = 33;
const leafOf = (record: Uint8Array) => createHash('sha256').update(Buffer.of(0)).update(record).digest();

/** Judges an installation of which everything is on the ledger, and the diary of those who used it. */
export async function judge(installation: InstallationUnderTest, diary: readonly Entry[] = []): Promise<Verdict> {
  const scan = await scanLedger(installation.dataDir, SITE);
  const events = await installation.sql<EventRow>(
    `SELECT e.id, e.decision, e.record, e.leaf, first_index + e.id - first_event AS leaf_index, e.version_pid, p.record AS parked
     FROM event e LEFT JOIN event_place ON e.id BETWEEN first_event AND last_event LEFT JOIN parked_event p ON p.event = e.id
     ORDER BY leaf_index`,
  );
  const versions = await installation.sql<VersionRow>(
    'SELECT pid, type, id, version, commitment, is_current FROM version ORDER BY pid',
  );
  const faults = [
    ...logFaults(scan, events),
    ...versionFaults(versions, events),
    ...consentFaults(scan, await consentRows(installation)),
    ...diaryFaults(diary, versions, events),
    ...shownFaults(diary, versions, events),
    ...disclosureFaults(diary),
  ];
  const { length: blocks } = scan.blocks;
  return { faults, events: events.length, batches: scan.logs.length, versions: versions.length, blocks };
}

/** Each event has exactly one leaf in a VALID transaction, with its hash and decision, at its place; there is no other leaf. */
function logFaults({ logs }: LedgerScan, events: readonly EventRow[]): string[] {
  const entries = Buffer.concat(logs.map(({ leaves }) => leaves));
  const leaves = entries.length / ENTRY;
  const number = leaves === events.length ? [] : [`${events.length} events, ${leaves} leaves on the ledger`];
  return [...batchFaults(logs), ...number, ...events.flatMap((event, place) => eventFaults(event, place, entries))];
}

function batchFaults(logs: LedgerScan['logs']): string[] {
  let size = 0;
  return logs.flatMap(({ first, size: after, leaves, violations, txId }) => {
    const follows = first === size && after === first + leaves.length / ENTRY;
    size = after;
    return [
      ...(follows ? [] : [`batch ${txId} does not follow: it begins at ${first}`]),
      ...(violations.length > 0 ? [`batch ${txId} is marked: ${JSON.stringify(violations)}`] : []),
    ];
  });
}

function eventFaults(event: EventRow, place: number, entries: Buffer): string[] {
  const { id, decision, record, leaf, leaf_index: index, parked } = event;
  const expected = Buffer.concat([Buffer.of(decision === 'permit' ? 1 : 0), leafOf(parked ?? record)]);
  if (!parked && !leaf.equals(leafOf(record))) return [`event ${id} has a leaf that is not its own`];
  if (Number(index ?? -1) !== place) return [`event ${id} has place ${index}, not ${place}`];
  const there = entries.subarray(place * ENTRY, (place + 1) * ENTRY);
  return there.equals(expected) ? [] : [`event ${id} is not at place ${place} of the ledger`];
}

/** Each version has exactly one event, which commits to it; versions are 1..n; their leaves are in their order. */
function versionFaults(versions: readonly VersionRow[], events: readonly EventRow[]): string[] {
  const byVersion = Map.groupBy(events, ({ version_pid: pid }) => pid);
  return [...Map.groupBy(versions, ({ type, id }) => `${type}/${id}`)].flatMap(([name, all]) => {
    const places = all.map(({ pid }) => Number(byVersion.get(pid)?.[0]?.leaf_index ?? -1));
    const inOrder = places.every((place, index) => index === 0 || place > places[index - 1]!);
    return [
      ...(inOrder ? [] : [`the versions of ${name} are on the ledger in another order`]),
      ...all.flatMap((version, index) => oneVersionFaults(version, index === all.length - 1, index, byVersion)),
    ].map((fault) => `${name}: ${fault}`);
  });
}

function oneVersionFaults(
  { pid, version, commitment, is_current: isCurrent }: VersionRow,
  isLast: boolean,
  index: number,
  byVersion: Map<string | null, EventRow[]>,
): string[] {
  const [event, ...others] = byVersion.get(pid) ?? [];
  if (version !== index + 1) return [`version ${version} in place ${index + 1}`];
  if (isCurrent !== isLast) return [`version ${version}: is_current is ${isCurrent}`];
  if (!event || others.length > 0) return [`version ${version} has ${event ? 'several events' : 'no event'}`];
  return decodeRecord(event.record).content?.equals(commitment)
    ? []
    : [`version ${version}: its event commits to something else`];
}

interface ConsentRow {
  handle: Buffer;
  version: number;
  recorded: string;
  binding: string;
  revoked: boolean;
  refused: string | null;
}

function consentRows(installation: InstallationUnderTest): Promise<ConsentRow[]> {
  return installation.sql<ConsentRow>(
    `SELECT c.handle, c.version, micros(c.recorded) AS recorded, micros(c.binding) AS binding, c.revoked, c.refused
     FROM version v LEFT JOIN consent_event c ON c.consent_pid = v.pid WHERE v.type = 'Consent'`,
  );
}

/** Each version of each Consent is on the ledger once, with its times. */
function consentFaults({ consents }: LedgerScan, rows: readonly ConsentRow[]): string[] {
  const text = (handle: string, version: number, recorded: number, binding: number, state: string) =>
    [handle, version, recorded, binding, state].join(' ');
  const there = consents.map((one) => text(one.handle, one.version, one.recorded, one.binding, one.state)).sort();
  const here = rows
    .map(({ handle, version, recorded, binding, revoked }) =>
      text(
        handle?.toString('base64url') ?? '',
        version,
        Number(recorded),
        Number(binding),
        revoked ? 'revoked' : 'recorded',
      ),
    )
    .sort();
  if (there.join() === here.join()) return [];
  return [`${here.length} versions of Consents here and ${there.length} on the ledger, or with other times`];
}

/** C1 and C2: what was acknowledged is there; what was refused is not. */
function diaryFaults(diary: readonly Entry[], versions: readonly VersionRow[], events: readonly EventRow[]): string[] {
  if (diary.length === 0) return []; // nobody kept one
  const faults: string[] = [];
  const there = new Set(versions.map(({ type, id, version }) => `${type}/${id}/${version}`));
  const written = diary.filter(({ kind }) => kind !== 'read');
  const acknowledged = written.filter(({ status }) => status === 200 || status === 201);
  for (const { type, id, version } of acknowledged)
    if (!there.has(`${type}/${id}/${version}`))
      faults.push(`${type}/${id} version ${version} was acknowledged and is lost`);
  const twice =
    acknowledged.length - new Set(acknowledged.map(({ type, id, version }) => `${type}/${id}/${version}`)).size;
  if (twice > 0) faults.push(`${twice} versions were acknowledged twice`);
  const unknown = written.filter(({ status }) => status === undefined || status >= 500).length;
  if (versions.length < acknowledged.length || versions.length > acknowledged.length + unknown)
    faults.push(`${versions.length} versions, but ${acknowledged.length} acknowledged and ${unknown} unknown`);
  if (events.length < diary.filter(({ status }) => status !== undefined && status < 500).length)
    faults.push('fewer events than answers');
  return faults;
}

/** C5: nothing is shown to a stranger by a read that began after a revocation was answered and before the next permit was asked for. */
function disclosureFaults(diary: readonly Entry[]): string[] {
  const ofPatient = Map.groupBy(
    diary.filter(({ type }) => type === 'Consent'),
    ({ id }) => id.replace('consent-', ''),
  );
  const wrong = diary.filter(({ kind, as, status, id, began, ended }) => {
    if (kind !== 'read' || as !== 'stranger' || status !== 200) return false;
    const changes = ofPatient.get(String(Number(id.split('-')[1]) % 6)) ?? [];
    const revoked = changes.filter((one) => one.kind === 'revoke' && one.status === 200 && one.ended < began);
    const last = Math.max(...revoked.map((one) => one.began), 0);
    return last > 0 && !changes.some((one) => one.kind === 'permit' && one.ended > last && one.began < ended);
  });
  return wrong.map(({ id }) => `Observation/${id} was shown to a stranger after the revocation was answered`);
}
