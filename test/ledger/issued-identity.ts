import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SigningIdentity, signingIdentity } from '#libs/fabric-block';
import { type CertificateAuthority, issueCertificate, type Validity } from '#libs/fabric-network';
import type { LedgerUnderTest } from './ledger-under-test.js';

/** Milliseconds from now on. */
export function around(from: number, to: number): Validity {
  return { notBefore: new Date(Date.now() + from), notAfter: new Date(Date.now() + to) };
}

const MINUTE = 60_000;
/** The CA itself is valid from five minutes before the network was made. */
export const JUST_NOW = () => around(-MINUTE, 1_000 * MINUTE);

/** A certificate that the CA of the organisation has issued to `subject`, with a fresh key. */
export async function issuedIdentity(
  { folder, network }: LedgerUnderTest,
  request: { organization: number; subject: string; validity?: Validity },
): Promise<SigningIdentity> {
  const { mspId, name } = network.organizations[request.organization]!;
  const ca = await authority(join(folder, 'ledger', 'organizations', mspId, 'ca'), `O=${name}, CN=ca.${name}`);
  const { subject, validity = JUST_NOW() } = request;
  const { certificate, privateKey } = await issueCertificate(ca, { subject, validity });
  return signingIdentity({ mspId, certificate }, privateKey);
}

/** The CA whose certificate and key lie in the folder. */
async function authority(folder: string, subject: string): Promise<CertificateAuthority> {
  const text = (name: string) => readFile(join(folder, name), 'utf8');
  const [certificate, privateKey] = await Promise.all([text('cert.pem'), text('key.pem')]);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const secret = createPrivateKey(privateKey).export({ type: 'pkcs8', format: 'der' });
  const open = createPublicKey(certificate).export({ type: 'spki', format: 'der' });
  const keys = {
    privateKey: await webcrypto.subtle.importKey('pkcs8', secret, algorithm, true, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', open, algorithm, true, ['verify']),
  };
  return { subject, keys, certificate, privateKey };
}
