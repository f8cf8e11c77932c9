// C2SP signed-note: a text, a blank line, and a line per signature (here Ed25519, signature type 0x01)
import { type KeyObject, sign, verify } from 'node:crypto';
import { fromBase64 } from './base64.js';
import { type VerifierKey, verifierKey } from './verifier-key.js';

const SIGNATURE_LINE = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/u;
const MAX_SIGNATURES = 16;

/** One signature line, not yet checked: who says to have signed (name and key id) and the signature. */
export interface NoteSignature {
  name: string;
  id: Buffer;
  signature: Buffer;
}

export interface Note {
  text: string;
  signatures: NoteSignature[];
}

/** Signs `text` (lines, each ended by a newline) and gives the whole note. */
export function signNote(text: string, name: string, privateKey: KeyObject): string {
  if (!text.endsWith('\n')) throw new RangeError('the text of a note ends with a newline');
  const { id } = verifierKey(name, privateKey);
  const signature = sign(null, Buffer.from(text, 'utf8'), privateKey);
  return `${text}\n\u2014 ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
}

function parseSignature(line: string): NoteSignature | undefined {
  const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = fromBase64(encoded);
  if (bytes === undefined || bytes.length < 5) return undefined;
  return { name, id: bytes.subarray(0, 4), signature: bytes.subarray(4) };
}

/** Splits a note into text and signature lines; undefined when it is malformed. Checks no signature. */
export function parseNote(note: string): Note | undefined {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) return undefined;
  const lines = note.slice(end + 2, -1).split('\n');
  const signatures = lines.map(parseSignature).filter((signature) => signature !== undefined);
  if (signatures.length !== lines.length || lines.length > MAX_SIGNATURES) return undefined;
  return { text: note.slice(0, end + 1), signatures };
}

/** Whether this line carries the name and id of `key`; says nothing about the signature itself. */
export function claimsKey(signature: NoteSignature, key: VerifierKey): boolean {
  return signature.name === key.name && signature.id.equals(key.id);
}

/** The text of a note that `key` has signed; undefined when it has not or the note is malformed. Other lines are ignored. */
export function openNote(note: string, key: VerifierKey): string | undefined {
  const parsed = parseNote(note);
  const own = parsed?.signatures.find((signature) => claimsKey(signature, key));
  if (parsed === undefined || own === undefined) return undefined;
  return verify(null, Buffer.from(parsed.text, 'utf8'), key.key, own.signature) ? parsed.text : undefined;
}
