// holdfast-receipt/1 from a file, checked without server or network
import {
  type AcrossMove,
  type Opening,
  type Pin,
  type ProvenEvent,
  subjectName,
  type Verification,
  verifyReceipt,
} from '#libs/evidence';
import { openBlock } from '#libs/fabric-block';
import { type Finding, finding, line, readFileOf, readPinFile } from './finding.js';
import { type StoredBytes, storedBytes } from './stored-bytes.js';

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

function proven(event: ProvenEvent, given: Pin): string[] {
  const { record, opening, leafIndex, treeSize, transaction, blockNumber, endorsers, pin, moved } = event;
  const purpose = record.purpose === undefined ? '' : ` for ${record.purpose}`;
  return [
    line('event', `${record.action}${purpose}: ${record.decision}, answered ${record.outcome}`),
    ...whoAndWhat(opening),
    line('at', `${instantOf(record.time)}, by the clock of ${record.site}`),
    ...contentLine(event),
    line('log', `place ${leafIndex} of ${treeSize} in ${pin.origin}`),
    line(
      'ledger',
      `transaction ${transaction} in block ${blockNumber} of ${pin.channel}${moved ? ', before the log moved' : ''}`,
    ),
    line('endorsed', endorsers.join(', ')),
    line('operator', pin.operator),
    ...movedLines(moved, pin, given),
  ];
}

/** The judgement on a receipt with the content in any of the forms in which it may have been recorded. */
function judge(receipt: string, pin: Pin, content: StoredBytes): Verification {
  const judged = content.forms.map((form) => verifyReceipt(receipt, pin, openBlock, form));
  const held = judged.find(({ verdict }) => verdict === 'OK');
  if (held !== undefined) return held;
  const detail = 'the data of this Binary is not what the Binary names by its hash';
  return content.isWhole ? judged[0]! : { verdict: 'ALTERED', detail };
}

/**
 * Checks the receipt in `file` against the pin in `pinFile`; with `contentFile` (the version's bytes as a vread sends them)
 * the content as well. The first line is the verdict and why. Reads nothing but these files.
 */
export function verifyFile(file: string, pinFile: string, contentFile?: string): Promise<Finding> {
  return finding(async () => {
    const pin = await readPinFile(pinFile);
    const receipt = (await readFileOf(file)).toString('utf8');
    const content = contentFile === undefined ? undefined : await storedBytes(contentFile);
    const judgement = content ? judge(receipt, pin, content) : verifyReceipt(receipt, pin, openBlock);
    const { verdict, detail, event } = judgement;
    const first = line(verdict, ` ${detail}`).trim();
    return event === undefined
      ? { lines: [first], exitCode: 1 }
      : { lines: [first, ...proven(event, pin)], exitCode: 0 };
  });
}
