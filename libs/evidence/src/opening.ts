// holdfast-evidence/1: the opening of an event, the plain names behind its record; encrypted wherever it is kept
import { canonical, JsonError, type JsonValue, parse } from '#libs/fhir-json';
import { EVIDENCE_ALG } from './event-record.js';
import { FormatError } from './format-error.js';
import { type Role, type SearchOpening, type VersionCommitment } from './pseudonym.js';
import { bytes, count, list, object, optionalText, text } from './shape.js';

/** The resource, or the version of it, that a request was about. */
export interface Subject {
  type: string;
  id: string;
  version?: string | undefined;
}

export interface Opening {
  /** 32 random bytes: the key of every pseudonym and of the search commitment. */
  key: Buffer;
  subject?: Subject | undefined;
  patient?: string | undefined;
  agent?: string | undefined;
  client?: string | undefined;
  consent?: string | undefined;
  search?: SearchOpening | undefined;
}

const OPTIONAL = ['subject', 'patient', 'agent', 'client', 'consent', 'search'] as const;

/** The subject as its pseudonym takes it: `Patient/1` or `Patient/1/_history/2`. */
export function subjectName({ type, id, version }: Subject): string {
  return version === undefined ? `${type}/${id}` : `${type}/${id}/_history/${version}`;
}

/** The name behind each role that the opening has. */
export function roleNames({ subject, patient, agent, client, consent }: Opening): Partial<Record<Role, string>> {
  const names: Partial<Record<Role, string>> = {};
  if (subject !== undefined) names.subject = subjectName(subject);
  if (patient !== undefined) names.patient = patient;
  if (agent !== undefined) names.agent = agent;
  if (client !== undefined) names.client = client;
  if (consent !== undefined) names.consent = consent;
  return names;
}

/** The one text of an opening: RFC 8785. @throws TypeError on lone surrogates, which the standard excludes. */
export function encodeOpening({ key, subject, patient, agent, client, consent, search }: Opening): Buffer {
  const free = [agent, client, consent, patient, subject?.id, search?.query];
  if (!free.join(' ').isWellFormed()) throw new TypeError('A lone surrogate has no canonical form');
  // Members in the order of the standard: sorting them takes longer than writing them.
  return Buffer.from(
    JSON.stringify({
      agent,
      alg: EVIDENCE_ALG,
      client,
      consent,
      key: key.toString('base64'),
      patient,
      search: search && { count: search.count, query: search.query, versions: search.versions.map(versionValue) },
      subject: subject && { id: subject.id, type: subject.type, version: subject.version },
    }),
  );
}

function versionValue({ type, id, version, commitment }: VersionCommitment): object {
  return { commitment: Buffer.from(commitment).toString('base64'), id, type, version };
}

/** The opening as a JSON object. */
export function openingValue(opening: Opening): JsonValue {
  return parse(encodeOpening(opening)).value;
}

function readSubject(value: JsonValue): Subject {
  const { type, id, version } = object(value, 'subject', ['type', 'id'], ['version']);
  const named = { type: text(type, 'subject.type'), id: text(id, 'subject.id') };
  return version === undefined ? named : { ...named, version: text(version, 'subject.version') };
}

function readVersion(value: JsonValue, name: string): VersionCommitment {
  const { type, id, version, commitment } = object(value, name, ['type', 'id', 'version', 'commitment']);
  const named = { type: text(type, name), id: text(id, name), version: text(version, name) };
  return { ...named, commitment: bytes(commitment, `${name}.commitment`, 32) };
}

function readSearch(value: JsonValue): SearchOpening {
  const { query, count: matches, versions } = object(value, 'search', ['query', 'count', 'versions']);
  if (typeof query !== 'string') throw new FormatError('search.query is no text');
  return { query, count: count(matches, 'search.count'), versions: list(versions, 'search.versions', readVersion) };
}

/** Reads the JSON object of an opening; throws FormatError for unknown, missing or malformed members. */
export function readOpening(value: JsonValue): Opening {
  const members = object(value, 'opening', ['alg', 'key'], OPTIONAL);
  if (members.alg !== EVIDENCE_ALG) throw new FormatError(`the opening is not of the format ${EVIDENCE_ALG}`);
  if (!OPTIONAL.some((name) => members[name] !== undefined)) throw new FormatError('the opening opens nothing');
  return {
    key: bytes(members.key, 'opening.key', 32),
    ...(members.subject === undefined ? {} : { subject: readSubject(members.subject) }),
    patient: optionalText(members.patient, 'patient'),
    agent: optionalText(members.agent, 'agent'),
    client: optionalText(members.client, 'client'),
    consent: optionalText(members.consent, 'consent'),
    ...(members.search === undefined ? {} : { search: readSearch(members.search) }),
  };
}

/** Reads the text made by `encodeOpening`; throws FormatError for any other spelling. */
export function decodeOpening(bytesOfText: Uint8Array): Opening {
  const value = canonicalValue(bytesOfText, 'the opening');
  return readOpening(value);
}

/** The value of a text that must be canonical JSON (RFC 8785); throws FormatError for every other spelling. */
export function canonicalValue(source: Uint8Array, name: string): JsonValue {
  try {
    const { value } = parse(source);
    if (Buffer.from(canonical(value), 'utf8').equals(source)) return value;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
  }
  throw new FormatError(`${name} is no canonical JSON (RFC 8785)`);
}
