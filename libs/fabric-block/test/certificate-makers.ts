import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { CertificateAuthority, Validity } from '#libs/fabric-network';

const KEY = { name: 'ECDSA', namedCurve: 'P-256' };
const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };
let serial = 0x4000;

/** A CA below another, with a path length constraint if one is given. */
export async function makeIntermediate(
  issuer: CertificateAuthority,
  subject: string,
  { validity, pathLength }: { validity: Validity; pathLength?: number },
): Promise<CertificateAuthority> {
  const keys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
  serial += 1;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial.toString(16),
    subject,
    issuer: issuer.subject,
    ...validity,
    signingAlgorithm,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(true, pathLength, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
    ],
  });
  return { subject, keys, certificate: certificate.toString('pem'), privateKey: '' };
}

/** A revocation list, in PEM as RFC 7468 has it. `signer` signs it in the name of `issuer`. */
export async function makeRevocationList(
  issuer: CertificateAuthority,
  serialNumbers: readonly string[],
  signer = issuer,
): Promise<Buffer> {
  const list = await x509.X509CrlGenerator.create({
    issuer: issuer.subject,
    thisUpdate: new Date('2026-02-01T00:00:00Z'),
    nextUpdate: new Date('2026-02-02T00:00:00Z'),
    entries: serialNumbers.map((serialNumber) => ({ serialNumber, revocationDate: new Date('2026-01-31T00:00:00Z') })),
    signingAlgorithm,
    signingKey: signer.keys.privateKey,
  });
  const base64 = Buffer.from(list.rawData).toString('base64');
  return Buffer.from(`-----BEGIN X509 CRL-----\n${base64}\n-----END X509 CRL-----\n`);
}
