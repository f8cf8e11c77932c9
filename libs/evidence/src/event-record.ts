// holdfast-evidence/1: the event record, whose RFC 6962 leaf hash is all of an event that reaches the ledger
import { leafHash } from '#libs/merkle';
import { decodeFields, encodeFields, fieldText, uint64 } from './field.js';
import { FormatError } from './format-error.js';

/** The format's name, the first field of each record. A new field makes another name. */
export const EVIDENCE_ALG = 'holdfast-evidence/1';

export type Decision = 'permit' | 'deny';

/** What is hashed of one event. Readable of it are place, time, action, outcome, purpose, decision and definitions. */
export interface EventRecord {
  /** 16 random bytes. */
  eventId: Buffer;
  /** 32 random bytes, so that nobody finds the record from its hash. */
  salt: Buffer;
  site: string;
  /** Microseconds since 1970, by the clock of Postgres. */
  time: bigint;
  /** The interaction: `create`, `read`, `search-type`, ... */
  action: string;
  /** HTTP status of the answer. */
  outcome: number;
  decision: Decision;
  /** Pseudonym of the resource (and version) that the request was about. */
  subject: Buffer | undefined;
  /** Content commitment of the version written or read. */
  content: Buffer | undefined;
  /** Commitment to query, count and versions returned. */
  search: Buffer | undefined;
  patient: Buffer | undefined;
  agent: Buffer | undefined;
  client: Buffer | undefined;
  /** Purpose of use, a code of v3-ActReason. */
  purpose: string | undefined;
  /** Pseudonym of the Consent that decided. */
  consent: Buffer | undefined;
  /** Short name of the definitions the content was validated against. */
  definitions: string;
}

const NAMES = [
  'alg',
  'eventId',
  'salt',
  'site',
  'time',
  'action',
  'outcome',
  'decision',
  'subject',
  'content',
  'search',
  'patient',
  'agent',
  'client',
  'purpose',
  'consent',
  'definitions',
] as const;

const SITE = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;
const ACTION = /^[$a-z][a-z-]{0,63}$/;
const WORD = /^[^\p{Cc}]{1,255}$/u;
const HASH = 32;

/** Whether `site` can be a site's name: 1 to 64 letters, digits, dots, hyphens, underscores, no mark first or last. */
export function isSite(site: string): boolean {
  return SITE.test(site);
}

function check(ok: boolean, name: string): void {
  if (!ok) throw new FormatError(`${name} of the record is malformed`);
}

const COMMITMENTS = ['subject', 'content', 'search', 'patient', 'agent', 'client', 'consent'] as const;

function checkCommitments(record: EventRecord): void {
  for (const name of COMMITMENTS) check(record[name] === undefined || record[name].length === HASH, name);
}

function checkRecord(record: EventRecord): void {
  check(record.eventId.length === 16, 'eventId');
  check(record.salt.length === HASH, 'salt');
  check(SITE.test(record.site), 'site');
  check(record.time >= 0n && record.time < 1n << 63n, 'time');
  check(ACTION.test(record.action), 'action');
  check(Number.isInteger(record.outcome) && record.outcome >= 100 && record.outcome <= 599, 'outcome');
  check(record.purpose === undefined || WORD.test(record.purpose), 'purpose');
  check(WORD.test(record.definitions), 'definitions');
  checkCommitments(record);
}

/** The one encoding of a record. Throws FormatError when a field is out of its bounds. */
export function encodeRecord(record: EventRecord): Buffer {
  checkRecord(record);
  return encodeFields([
    EVIDENCE_ALG,
    record.eventId,
    record.salt,
    record.site,
    uint64(record.time),
    record.action,
    Buffer.of(Math.floor(record.outcome / 256), record.outcome % 256),
    Buffer.of(record.decision === 'permit' ? 1 : 0),
    record.subject,
    record.content,
    record.search,
    record.patient,
    record.agent,
    record.client,
    record.purpose,
    record.consent,
    record.definitions,
  ]);
}

function decisionOf(byte: Buffer): Decision {
  check(byte.length === 1 && byte[0]! <= 1, 'decision');
  return byte[0] === 1 ? 'permit' : 'deny';
}

function orAbsent(bytes: Buffer): Buffer | undefined {
  return bytes.length === 0 ? undefined : bytes;
}

function fixed(bytes: Buffer, length: number, name: string): Buffer {
  check(bytes.length === length, name);
  return bytes;
}

/** Reads a record. Throws FormatError for another format, a missing or additional field, and anything out of bounds. */
export function decodeRecord(bytes: Uint8Array): EventRecord {
  const fields = decodeFields(bytes, NAMES);
  const field = (name: (typeof NAMES)[number]) => fields[NAMES.indexOf(name)]!;
  const word = (name: (typeof NAMES)[number]) => fieldText(field(name), name);
  if (word('alg') !== EVIDENCE_ALG) throw new FormatError(`the record is not of the format ${EVIDENCE_ALG}`);
  const record: EventRecord = {
    eventId: field('eventId'),
    salt: field('salt'),
    site: word('site'),
    time: fixed(field('time'), 8, 'time').readBigUInt64BE(),
    action: word('action'),
    outcome: fixed(field('outcome'), 2, 'outcome').readUInt16BE(),
    decision: decisionOf(field('decision')),
    subject: orAbsent(field('subject')),
    content: orAbsent(field('content')),
    search: orAbsent(field('search')),
    patient: orAbsent(field('patient')),
    agent: orAbsent(field('agent')),
    client: orAbsent(field('client')),
    purpose: orAbsent(field('purpose')) && word('purpose'),
    consent: orAbsent(field('consent')),
    definitions: word('definitions'),
  };
  checkRecord(record);
  return record;
}

/** The event's leaf in the site's log: RFC 6962 leaf hash of the record. */
export function recordLeaf(record: Uint8Array): Buffer {
  return leafHash(record);
}

const ENTRY = 1 + HASH;

/** An event as the ledger gets it: a byte for the decision (1 permit, 0 deny) and the leaf hash. */
export function leafEntry(decision: Decision, leaf: Uint8Array): Buffer {
  if (leaf.length !== HASH) throw new FormatError('a leaf hash has 32 bytes');
  return Buffer.concat([Buffer.of(decision === 'permit' ? 1 : 0), leaf]);
}

/** Bytes of one such entry. */
export const LEAF_ENTRY_SIZE = ENTRY;
