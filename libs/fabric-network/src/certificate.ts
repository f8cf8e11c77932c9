// RFC 5280 and RFC 5758 section 3.2: X.509 certificates with P-256 keys, as Fabric's MSP wants them
import { randomBytes, webcrypto } from 'node:crypto';
import { isLowS } from '#libs/fabric-block';
import { type Extension, type X509Certificate, x509 } from './x509.js';

const KEY = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' };

/** Both ends included; whole seconds. */
export interface Validity {
  notBefore: Date;
  notAfter: Date;
}

/** PEM texts; the key is PKCS8. */
export interface KeyedCertificate {
  certificate: string;
  privateKey: string;
}

/** What signs certificates. Keep it no longer than needed: it holds the private key. */
export interface CertificateAuthority extends KeyedCertificate {
  subject: string;
  keys: webcrypto.CryptoKeyPair;
}

/** A root CA with a fresh key. `subject` is an RFC 4514 name. */
export async function makeAuthority(subject: string, validity: Validity): Promise<CertificateAuthority> {
  const { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension } = await x509();
  const keys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
  const extensions = [
    new BasicConstraintsExtension(true, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature, true),
  ];
  const certificate = await sign({ subject, keys, validity, extensions }, { subject, keys });
  return { subject, keys, certificate: pem(certificate), privateKey: await privatePem(keys) };
}

/** A certificate for a fresh key, signed by `authority`; never a CA itself. */
export async function issueCertificate(
  authority: CertificateAuthority,
  options: { subject: string; validity: Validity; extensions?: Extension[] },
): Promise<KeyedCertificate> {
  const { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension } = await x509();
  const keys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
  const extensions = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    ...(options.extensions ?? []),
  ];
  const certificate = await sign({ ...options, keys, extensions }, authority);
  return { certificate: pem(certificate), privateKey: await privatePem(keys) };
}

interface Request {
  subject: string;
  keys: webcrypto.CryptoKeyPair;
  validity: Validity;
  extensions: Extension[];
}

/**
 * Peers rewrite a certificate whose signature has a high S, so its bytes would differ from the file: sign until it is
 * low, twice on average.
 */
async function sign(
  request: Request,
  issuer: Pick<CertificateAuthority, 'subject' | 'keys'>,
): Promise<X509Certificate> {
  const { AuthorityKeyIdentifierExtension, SubjectKeyIdentifierExtension, X509CertificateGenerator } = await x509();
  const identifiers = [
    await SubjectKeyIdentifierExtension.create(request.keys.publicKey),
    await AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
  ];
  for (;;) {
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: request.subject,
      issuer: issuer.subject,
      ...request.validity,
      signingAlgorithm: SIGNATURE,
      publicKey: request.keys.publicKey,
      signingKey: issuer.keys.privateKey,
      extensions: [...request.extensions, ...identifiers],
    });
    if (isLowS(new Uint8Array(certificate.signature))) return certificate;
  }
}

/** 127 random bits, the first of them set: positive, and of the same length in every certificate. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString('pem').trimEnd()}\n`;
}

async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}
