import type { Command } from 'commander';
import { decodeOpening, decodeRecord, type EventRecord, type Opening, subjectName } from '#libs/evidence';
import { instant } from '#libs/fhir-model';
import type { RecordedEvent, Store } from '#libs/store';
import { readConfig } from '../config.js';
import { openRunningStore } from '../installation.js';
import { patientId } from './matching.js';

const PAGE = 500;

/** Who did what, when and why: one event, opened. Names are missing once the patient's key has been destroyed. */
interface EventLine {
  time: string;
  action: string;
  subject: string | undefined;
  decision: string;
  outcome: number;
  agent: string | undefined;
  client: string | undefined;
  purpose: string | undefined;
  consent: string | undefined;
  query: string | undefined;
  leafIndex: string | undefined;
  anchored: boolean;
}

function namesOf(opening: Opening | undefined): Pick<EventLine, 'subject' | 'agent' | 'client' | 'consent' | 'query'> {
  return {
    subject: opening?.subject && subjectName(opening.subject),
    agent: opening?.agent,
    client: opening?.client,
    consent: opening?.consent,
    query: opening?.search?.query,
  };
}

function eventLine(event: RecordedEvent, record: EventRecord, opening: Opening | undefined): EventLine {
  const { action, decision, outcome, purpose } = record;
  const place = { leafIndex: event.leafIndex?.toString(), anchored: event.anchored };
  return { time: instant(event.time), action, decision, outcome, purpose, ...namesOf(opening), ...place };
}

/** For people: one line, what is not known left out. */
function plain(line: EventLine): string {
  const who = line.agent ?? (line.client === undefined ? 'unknown (key destroyed)' : 'system');
  return [
    line.time,
    line.action,
    line.subject ?? (line.query === undefined ? '' : `?${line.query}`),
    `by ${who}${line.client === undefined ? '' : ` via ${line.client}`}`,
    line.purpose === undefined ? '' : `for ${line.purpose}`,
    `${line.decision} ${line.outcome}`,
    line.consent === undefined ? '' : `under ${line.consent}`,
    line.anchored ? `leaf ${line.leafIndex}` : 'not anchored yet',
  ]
    .filter((part) => part !== '')
    .join('  ');
}

async function* eventsOf(store: Store, patient: string): AsyncGenerator<EventLine> {
  let after: bigint | undefined = 0n;
  while (after !== undefined) {
    const page: Awaited<ReturnType<Store['events']>> = await store.events({ patient, count: PAGE, after });
    for (const event of page.events) {
      yield eventLine(event, decodeRecord(event.record), event.opening && decodeOpening(event.opening));
    }
    after = page.next;
  }
}

/** `events`: lists who did what with a patient's record, when and why, oldest first. */
export function eventsCommand(command: Command): Command {
  return command
    .requiredOption('--patient <id>', 'whose record', patientId)
    .option('--json', 'one JSON object a line')
    .action(async (options: { patient: string; json?: boolean }) => {
      const store = await openRunningStore(readConfig());
      try {
        let isAny = false;
        for await (const line of eventsOf(store, options.patient)) {
          process.stdout.write(`${options.json ? JSON.stringify(line) : plain(line)}\n`);
          isAny = true;
        }
        if (!isAny) process.stderr.write(`There are no events of a patient with the id ${options.patient}.\n`);
      } finally {
        await store.close();
      }
    });
}
