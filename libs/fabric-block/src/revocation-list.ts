// RFC 5280 section 5.1: certificate revocation lists, as an MSP holds them
import { type KeyObject, verify } from 'node:crypto';
import { DER, type DerItem, derItems, derSequenceItems } from './der-reader.js';

export interface RevocationList {
  /** Serial numbers in upper-case hex without leading zeros. */
  serials: ReadonlySet<string>;
  /** Whether the key of a CA made the list. */
  isSignedBy(key: KeyObject): boolean;
}

/** ecdsa-with-SHA256, -SHA384 and -SHA512 (RFC 5758 section 3.2). */
const HASHES = new Map([
  ['2a8648ce3d040302', 'sha256'],
  ['2a8648ce3d040303', 'sha384'],
  ['2a8648ce3d040304', 'sha512'],
]);

/** Reads a list in PEM or DER. Dates and reasons do not matter to an MSP. Throws RangeError for what is no such list. */
export function revocationList(given: Uint8Array): RevocationList {
  const [list, algorithm, signature] = derSequenceItems(derOf(given));
  if (!list || !algorithm || signature?.tag !== DER.BIT_STRING) throw new RangeError('not a revocation list');
  const hash = HASHES.get(Buffer.from(derItems(algorithm.content)[0]?.content ?? []).toString('hex'));
  const bits = signature.content.subarray(1);
  return {
    serials: new Set(revoked(derItems(list.content)).map(serialOf)),
    isSignedBy: (key) => hash !== undefined && key.asymmetricKeyType === 'ec' && verify(hash, list.whole, key, bits),
  };
}

function derOf(given: Uint8Array): Uint8Array {
  const text = Buffer.from(given).toString('latin1');
  const pem = /-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]+)-----END X509 CRL-----/.exec(text);
  return pem ? Buffer.from(pem[1]!, 'base64') : given;
}

/** The third SEQUENCE of a list is that of the revoked: algorithm and issuer stand before it, and dates have other tags. */
function revoked(fields: readonly DerItem[]): DerItem[] {
  const sequences = fields.filter(({ tag }) => tag === DER.SEQUENCE);
  return sequences[2] ? derItems(sequences[2].content) : [];
}

function serialOf(entry: DerItem): string {
  const [serial] = derItems(entry.content);
  if (serial?.tag !== DER.INTEGER) throw new RangeError('not a revocation list');
  return serialText(Buffer.from(serial.content).toString('hex'));
}

/** A serial number in the spelling of `serials`. */
export function serialText(hex: string): string {
  return hex.toUpperCase().replace(/^0+(?=.)/, '');
}
