// holdfast-evidence/1: what an event says of a version's content without making it guessable
import { hash } from 'node:crypto';
import type { JsonObject, JsonValue } from '#libs/fhir-json';
import { EVIDENCE_ALG } from './event-record.js';
import { encodeFields } from './field.js';
import { MacKey } from './mac-key.js';
import { bytes, object, text } from './shape.js';

/** A stored version: the bytes that reads send, and what is known about them. */
export interface StoredContent {
  bytes: Uint8Array;
  type: string;
  id: string;
  version: string;
  /** FHIR instant, spelt as in `meta.lastUpdated`. */
  lastUpdated: string;
  /** Security labels as `system|code`, in any order. */
  labels: readonly string[];
}

/** The facts that the commitment is computed from, without the content itself: enough to check content that is supplied. */
export interface ContentFacts {
  sha256: Buffer;
  type: string;
  id: string;
  version: string;
  lastUpdated: string;
  labelsSha256: Buffer;
}

/** The facts and the version's 32-byte commitment key: together they open a content commitment. */
export interface ContentOpening extends ContentFacts {
  key: Buffer;
}

/** SHA-256 over the distinct labels in the order of their UTF-16 code units, each length-prefixed. */
function labelsHash(labels: readonly string[]): Buffer {
  if (labels.length === 0) return NO_LABELS;
  const sorted = [...new Set(labels)].sort();
  return hash('sha256', encodeFields(sorted), 'buffer');
}

const NO_LABELS: Buffer = hash('sha256', Buffer.alloc(0), 'buffer');

/** The facts of a stored version. */
export function contentFacts(content: StoredContent): ContentFacts {
  const { type, id, version, lastUpdated } = content;
  const sha256 = hash('sha256', content.bytes, 'buffer');
  return { sha256, type, id, version, lastUpdated, labelsSha256: labelsHash(content.labels) };
}

/** HMAC-SHA-256 under `key` over format, `content`, and the facts in fixed order, each length-prefixed. */
export function commitToFacts(key: Uint8Array, facts: ContentFacts): Buffer {
  if (key.length !== 32) throw new RangeError('a commitment key has 32 bytes');
  const { sha256, type, id, version, lastUpdated, labelsSha256 } = facts;
  const fields = encodeFields([EVIDENCE_ALG, 'content', sha256, type, id, version, lastUpdated, labelsSha256]);
  return new MacKey(key).mac(fields);
}

/** The content commitment of a stored version under its own fresh key of 32 bytes. */
export function contentCommitment(key: Uint8Array, content: StoredContent): Buffer {
  return commitToFacts(key, contentFacts(content));
}

/** The opening of a version's commitment, for a receipt. */
export function contentOpening(key: Uint8Array, content: StoredContent): ContentOpening {
  return { key: Buffer.from(key), ...contentFacts(content) };
}

/** The opening as a JSON object. */
export function contentOpeningValue(opening: ContentOpening): JsonObject {
  const { key, sha256, type, id, version, lastUpdated, labelsSha256 } = opening;
  const hashes = { sha256: sha256.toString('base64'), labelsSha256: labelsSha256.toString('base64') };
  return { key: key.toString('base64'), ...hashes, type, id, version, lastUpdated };
}

/** Reads such an object; throws FormatError. */
export function readContentOpening(value: JsonValue): ContentOpening {
  const names = ['key', 'sha256', 'type', 'id', 'version', 'lastUpdated', 'labelsSha256'];
  const members = object(value, 'content', names);
  return {
    key: bytes(members.key, 'content.key', 32),
    sha256: bytes(members.sha256, 'content.sha256', 32),
    type: text(members.type, 'content.type'),
    id: text(members.id, 'content.id'),
    version: text(members.version, 'content.version'),
    lastUpdated: text(members.lastUpdated, 'content.lastUpdated'),
    labelsSha256: bytes(members.labelsSha256, 'content.labelsSha256', 32),
  };
}
