// What a receipt proves, in words for a terminal
import { type AcrossMove, type Opening, type Pin, type ProvenEvent, subjectName } from '#libs/evidence';
import { line } from './finding.js';

/** Microseconds since 1970 as text, all six digits of them. */
function instantOf(micros: bigint): string {
  const seconds = new Date(Number(micros / 1000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(micros % 1_000_000n).padStart(6, '0')}Z`;
}

function whoAndWhat(opening: Opening | undefined): string[] {
  if (opening === undefined) return [line('names', 'not in this receipt')];
  const { subject, patient, agent, client, consent, search } = opening;
  const named: [string, string | undefined][] = [
    ['about', subject && subjectName(subject)],
    ['patient', patient],
    ['by', agent],
    ['through', client],
    ['consent', consent],
    ['query', search?.query],
    ['returned', search && `${search.versions.length} versions, ${search.count} matches`],
  ];
  return named.flatMap(([name, value]) => (value === undefined ? [] : [line(name, value)]));
}

function contentLine({ record, contentCompared }: ProvenEvent): string[] {
  if (record.content === undefined) return [];
  return [line('content', contentCompared ? 'equal to what was recorded' : 'not compared: none was given')];
}

/** From which ledger the log came here, and which part of what is shown rests on whose word. */
function movedLines(moved: AcrossMove | undefined, before: Pin, now: Pin): string[] {
  if (moved === undefined) return [];
  const { adoption, isShown } = moved;
  const { size, txId, blockNumber, endorsers } = adoption;
  const shown = isShown
    ? 'this receipt shows that the event is among them'
    : 'this receipt does not show that the event is among them: the server gives one that does';
  return [
    line('moved', `its first ${size} places were taken over by ${endorsers.join(', ')}`),
    line('', `in transaction ${txId} in block ${blockNumber} of ${now.channel}; ${shown}`),
    line('', `from the ledger of the pin whose file has SHA-256 ${adoption.before.pin.toString('hex')}`),
    line('held by', `before the move: ${before.operator}; since: ${now.operator}`),
  ];
}

/** As much as the contract lets a decision lie before the latest that its log has named, when it marks it BACKDATED. */
const REMARKABLE_MICROS = 900n * 1_000_000n;

/** When the ledger got the event, beside the event's own time. That they differ much is no verdict: a ledger may be away for hours. */
function timeLines({ record, sentAt, pin }: ProvenEvent): string[] {
  const at = line('at', `${instantOf(record.time)}, by the clock of ${record.site}`);
  if (sentAt === undefined) return [at];
  const sent = BigInt(sentAt) * 1000n;
  const lines = [at, line('anchored', `sent ${instantOf(sent)}, by the time that its transaction claims`)];
  const gap = sent - record.time;
  if (gap > REMARKABLE_MICROS)
    return [
      ...lines,
      line(
        'REMARK',
        `the ledger heard of it ${duration(gap)} after the time that it claims: it waited for the ledger that`,
      ),
      line('', `long, or is back-dated. Ask ${pin.site} why, and what else came as late`),
    ];
  if (gap < -REMARKABLE_MICROS)
    return [
      ...lines,
      line('REMARK', `it claims a time ${duration(-gap)} after the ledger heard of it: a clock was wrong`),
    ];
  return lines;
}

/** In days, hours and minutes, nothing below a minute. */
function duration(micros: bigint): string {
  const minutes = micros / 60_000_000n;
  const parts: [bigint, string][] = [
    [minutes / 1440n, 'd'],
    [(minutes / 60n) % 24n, 'h'],
    [minutes % 60n, 'min'],
  ];
  return parts
    .filter(([count]) => count > 0n)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** Who found the batch VALID, and where nobody has shown it, what can be done. */
function validLines({ successor, pin, moved, treeSize }: ProvenEvent): string[] {
  if (successor)
    return [
      line(
        'valid',
        `found so by the peers of ${successor.endorsers.join(', ')}: on top of it they endorsed the next batch`,
      ),
      line('', `in transaction ${successor.txId}`),
    ];
  const isLastBeforeMove = moved?.adoption.size === treeSize;
  return [
    line(
      'valid',
      `so far the word of ${pin.site}, which signed the checkpoint: nobody else signs what the ledger found`,
    ),
    isLastBeforeMove
      ? line('', 'no batch came after it on that ledger that could show it: what counts is what was taken over')
      : line(
          '',
          'once there is a next batch, a receipt fetched anew shows it; a kept checkpoint (--since) shows other logs',
        ),
  ];
}

/** What a receipt that is OK proves, a line each; `given` is the pin that was given. */
export function provenLines(event: ProvenEvent, given: Pin): string[] {
  const { record, opening, leafIndex, treeSize, transaction, blockNumber, endorsers, pin, moved } = event;
  const purpose = record.purpose === undefined ? '' : ` for ${record.purpose}`;
  return [
    line('event', `${record.action}${purpose}: ${record.decision}, answered ${record.outcome}`),
    ...whoAndWhat(opening),
    ...timeLines(event),
    ...contentLine(event),
    line('log', `place ${leafIndex} of ${treeSize} in ${pin.origin}`),
    line(
      'ledger',
      `transaction ${transaction} in block ${blockNumber} of ${pin.channel}${moved ? ', before the log moved' : ''}`,
    ),
    line('endorsed', endorsers.join(', ')),
    ...validLines(event),
    line('operator', pin.operator),
    ...movedLines(moved, pin, given),
  ];
}
