// RFC 5280 section 4.2.1.9: how many CAs may stand below a CA
import type { X509Certificate } from 'node:crypto';
import { DER, derItems, derSequenceItems } from './der-reader.js';

const EXTENSIONS = 0xa3;
const BASIC_CONSTRAINTS = '551d13';

/** The pathLenConstraint of a CA certificate; undefined where it has none. Throws RangeError. */
export function pathLength(certificate: X509Certificate): number | undefined {
  const [signed] = derSequenceItems(certificate.raw);
  const field = derItems(signed?.content ?? new Uint8Array()).find(({ tag }) => tag === EXTENSIONS);
  const extensions = field ? derSequenceItems(field.content) : [];
  for (const extension of extensions) {
    const parts = derItems(extension.content);
    if (Buffer.from(parts[0]?.content ?? []).toString('hex') !== BASIC_CONSTRAINTS) continue;
    const limit = derSequenceItems(parts.at(-1)!.content).find(({ tag }) => tag === DER.INTEGER);
    return limit && Number.parseInt(Buffer.from(limit.content).toString('hex'), 16);
  }
  return undefined;
}
