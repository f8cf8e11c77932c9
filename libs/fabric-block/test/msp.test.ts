// RFC 5280 and Hyperledger Fabric 3.1, "Membership Service Providers (MSP)": intermediate CAs and revocation
import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type CertificateAuthority, issueCertificate, makeAuthority } from '#libs/fabric-network';
import { BlockError, encodeIdentity, type MspRoots, membership } from '../src/index.js';
import { makeIntermediate, makeRevocationList } from './certificate-makers.js';

const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };
let root: CertificateAuthority;
let intermediate: CertificateAuthority;
let deeper: CertificateAuthority;

beforeAll(async () => {
  root = await makeAuthority('O=A, CN=root', validity);
  intermediate = await makeIntermediate(root, 'O=A, CN=intermediate', { validity });
  deeper = await makeIntermediate(intermediate, 'O=A, CN=deeper', { validity });
});

const member = async (ca: CertificateAuthority) =>
  (await issueCertificate(ca, { subject: 'OU=peer, CN=x', validity })).certificate;

/** Why the certificate is refused by an MSP of these CAs and lists. */
function judged(certificate: string, msp: MspRoots): string {
  try {
    membership({ A: msp }).member(encodeIdentity({ mspId: 'A', certificate }), new Date('2026-06-01T00:00:00Z'));
    return 'accepted';
  } catch (error) {
    if (error instanceof BlockError) return error.message;
    throw error;
  }
}

const serialOf = (certificate: string) => new X509Certificate(certificate).serialNumber;

describe('intermediate CAs', () => {
  test('certify members, at any depth', async () => {
    const roots = [root.certificate];
    expect(judged(await member(intermediate), { roots, intermediates: [intermediate.certificate] })).toBe('accepted');
    const both = { roots, intermediates: [deeper.certificate, intermediate.certificate] };
    expect(judged(await member(deeper), both)).toBe('accepted');
  });

  test('count only where the chain to a root is whole', async () => {
    const certificate = await member(deeper);
    expect(judged(certificate, { roots: [root.certificate], intermediates: [deeper.certificate] })).toMatch(
      /not issued by a CA/,
    );
    const other = await makeAuthority('O=A, CN=root', validity);
    const intermediates = [intermediate.certificate, deeper.certificate];
    expect(judged(certificate, { roots: [other.certificate], intermediates })).toMatch(/not issued by a CA/);
  });

  test('leave no members to the CAs above them', async () => {
    const roots = [root.certificate];
    const certificate = await member(root);
    expect(judged(certificate, { roots })).toBe('accepted');
    expect(judged(certificate, { roots, intermediates: [intermediate.certificate] })).toMatch(/not issued by a CA/);
  });

  test('may be many', async () => {
    const many = await Promise.all(
      Array.from({ length: 7 }, (_, index) => makeIntermediate(root, `O=A, CN=ca${index}`, { validity })),
    );
    const intermediates = many.map(({ certificate }) => certificate);
    expect(judged(await member(many[6]!), { roots: [root.certificate], intermediates })).toBe('accepted');
  });

  test('have no further CAs below them where their path length says so', async () => {
    const last = await makeIntermediate(root, 'O=A, CN=last', { validity, pathLength: 0 });
    const beyond = await makeIntermediate(last, 'O=A, CN=beyond', { validity });
    const msp = { roots: [root.certificate], intermediates: [last.certificate] };
    expect(judged(await member(last), msp)).toBe('accepted');
    msp.intermediates.push(beyond.certificate);
    expect(judged(await member(beyond), msp)).toMatch(/not issued by a CA/);
  });

  test('that have expired certify nobody at the time that is asked for', async () => {
    const short = { ...validity, notAfter: new Date('2026-05-01T00:00:00Z') };
    const expired = await makeIntermediate(root, 'O=A, CN=expired', { validity: short });
    const msp = { roots: [root.certificate], intermediates: [expired.certificate] };
    expect(judged(await member(expired), msp)).toMatch(/was not in date/);
  });
});

describe('a revocation list', () => {
  test('of the CA refuses what it names, and nothing else', async () => {
    const [gone, stays] = [await member(root), await member(root)];
    const list = await makeRevocationList(root, ['01', serialOf(gone).toLowerCase()]);
    const msp = { roots: [root.certificate], revocationLists: [list] };
    expect(judged(gone, msp)).toMatch(/is revoked/);
    expect(judged(stays, msp)).toBe('accepted');
  });

  test('may be empty, several, or in DER', async () => {
    const gone = await member(root);
    const pem = await makeRevocationList(root, [serialOf(gone)]);
    const der = Buffer.from(pem.toString().replace(/-----.*-----/g, ''), 'base64');
    const empty = await makeRevocationList(root, []);
    expect(judged(gone, { roots: [root.certificate], revocationLists: [empty] })).toBe('accepted');
    expect(judged(gone, { roots: [root.certificate], revocationLists: [empty, der] })).toMatch(/is revoked/);
  });

  test('that another signed in the name of the CA does not count', async () => {
    const certificate = await member(root);
    const impostor = await makeAuthority(root.subject, validity);
    const list = await makeRevocationList(root, [serialOf(certificate)], impostor);
    expect(judged(certificate, { roots: [root.certificate], revocationLists: [list] })).toBe('accepted');
  });

  test('of another CA of the MSP does not count either: serial numbers are the issuer’s own', async () => {
    const certificate = await member(deeper);
    const intermediates = [intermediate.certificate, deeper.certificate];
    const list = await makeRevocationList(intermediate, [serialOf(certificate)]);
    expect(judged(certificate, { roots: [root.certificate], intermediates, revocationLists: [list] })).toBe('accepted');
  });

  test('that names an intermediate CA refuses all that it certified', async () => {
    const certificate = await member(intermediate);
    const list = await makeRevocationList(root, [serialOf(intermediate.certificate)]);
    const msp = { roots: [root.certificate], intermediates: [intermediate.certificate] };
    expect(judged(certificate, { ...msp, revocationLists: [list] })).toMatch(/is revoked/);
  });

  test('that is none makes the MSP unusable', () => {
    for (const junk of [Buffer.from('junk'), Buffer.of(0x30, 0x03, 0x02, 0x01, 0x00), Buffer.of(0x30, 0x85)])
      expect(() => membership({ A: { roots: [root.certificate], revocationLists: [junk] } })).toThrow(RangeError);
  });
});
