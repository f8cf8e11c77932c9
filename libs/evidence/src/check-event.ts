// holdfast-evidence/1: a record against its opening and against the content it is about
import { createHash } from 'node:crypto';
import { type ContentOpening, commitToFacts } from './content-commitment.js';
import type { EventRecord } from './event-record.js';
import { commitments } from './make-event.js';
import type { Opening } from './opening.js';
import { sameCommitment } from './pseudonym.js';
import { demand } from './verdict.js';

/** Every name in the opening gives the record's pseudonym, and the record has none that the opening leaves out. */
export function checkOpening(record: EventRecord, opening: Opening): void {
  for (const [role, hash] of Object.entries(commitments(opening))) {
    const recorded = record[role as keyof typeof record] as Buffer | undefined;
    demand(sameCommitment(hash, recorded), `the ${role} in the opening is not the one in the event record`);
  }
}

function checkSubject(content: ContentOpening, opening: Opening | undefined): void {
  const subject = opening?.subject;
  if (subject === undefined) return;
  const same = subject.type === content.type && subject.id === content.id;
  demand(
    same && (subject.version ?? content.version) === content.version,
    'the content is of another version than the event',
  );
}

/** The content opening gives the record's commitment, and `bytes`, where supplied, are the content it speaks of. */
export function checkContent(
  record: EventRecord,
  content: ContentOpening | undefined,
  opening: Opening | undefined,
  bytes: Uint8Array | undefined,
): void {
  demand(content !== undefined || bytes === undefined, 'the receipt has nothing to compare the content with');
  if (content === undefined) return;
  const commitment = commitToFacts(content.key, content);
  demand(
    sameCommitment(commitment, record.content),
    'the content opening does not give the commitment in the event record',
  );
  checkSubject(content, opening);
  if (bytes === undefined) return;
  const sha256 = createHash('sha256').update(bytes).digest();
  demand(sha256.equals(content.sha256), 'the content differs from what was recorded');
}
