// RFC 5280 section 6.1: path validation, as far as an MSP of roots and intermediates needs it
import type { X509Certificate } from 'node:crypto';
import { pathLength } from './path-length.js';

/** Intermediates in one path. */
const LONGEST = 4;

/**
 * The path from a certificate's issuer up to a root, nearest first, by name, key identifier and signature; undefined
 * where there is none. Every link must be a CA that allows as many CAs below it. Dates and revocation are for the
 * caller. Intermediates that no root stands above are nobody's.
 */
export function issuerPath(
  certificate: X509Certificate,
  roots: readonly X509Certificate[],
  intermediates: readonly X509Certificate[],
  below = 0,
): X509Certificate[] | undefined {
  const mayIssue = (ca: X509Certificate) => issued(ca, certificate) && (pathLength(ca) ?? below) >= below;
  const root = roots.find(mayIssue);
  if (root) return [root];
  if (below === LONGEST) return undefined;
  for (const [index, ca] of intermediates.entries()) {
    if (!mayIssue(ca)) continue;
    const rest = issuerPath(ca, roots, intermediates.toSpliced(index, 1), below + 1);
    if (rest) return [ca, ...rest];
  }
  return undefined;
}

function issued(ca: X509Certificate, certificate: X509Certificate): boolean {
  return ca.ca && certificate.checkIssued(ca) && certificate.verify(ca.publicKey);
}

/** Whether `at` lies within the dates of the certificate, both ends included. */
export function inDate(certificate: X509Certificate, at: Date): boolean {
  return validFrom(certificate) <= at && at <= new Date(certificate.validTo);
}

/** When the certificate began. Read from the text: `validFromDate` came with Node 22.10. */
export function validFrom(certificate: X509Certificate): Date {
  return new Date(certificate.validFrom);
}
