// RFC 5280: what node's own X.509 reader says of the certificates made here
import { createPrivateKey as keyObject, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { makeOrganization, type Organization } from '../src/index.js';

const validity = { notBefore: new Date('2026-03-01T12:00:00Z'), notAfter: new Date('2036-03-01T12:00:00Z') };
let organization: Organization;

beforeAll(async () => {
  const roles = ['peer', 'admin', 'client', 'orderer'] as const;
  const members = roles.map((role) => ({ name: role, role }));
  organization = await makeOrganization({ name: 'HospitalA', mspId: 'HospitalAMSP' }, members, validity);
});

function all(): X509Certificate[] {
  const { ca, tlsCa, members } = organization;
  const texts = [ca, tlsCa, ...members.flatMap(({ identity, tls }) => [identity, tls])].map((one) => one.certificate);
  return texts.map((text) => new X509Certificate(text));
}

/** The ECDSA signature at the end of a DER certificate: its S is low if it is at most half the group order. */
function sOf(certificate: X509Certificate): bigint {
  const tail = certificate.raw.toString('hex').match(/30(..)02(..)((?:..)+)$/);
  const signature = Buffer.from(tail![0], 'hex');
  const r = 4 + signature[3]!;
  return BigInt(`0x${signature.subarray(r + 2).toString('hex')}`);
}

describe('the certificates of an organisation', () => {
  test('chain to its two CAs, which are CAs as the others are not', () => {
    const ca = new X509Certificate(organization.ca.certificate);
    const tlsCa = new X509Certificate(organization.tlsCa.certificate);
    expect([ca.ca, tlsCa.ca]).toEqual([true, true]);
    for (const { identity, tls } of organization.members) {
      const [own, listener] = [new X509Certificate(identity.certificate), new X509Certificate(tls.certificate)];
      expect(own.ca || listener.ca).toBe(false);
      expect(own.checkIssued(ca) && own.verify(ca.publicKey)).toBe(true);
      expect(listener.checkIssued(tlsCa) && listener.verify(tlsCa.publicKey)).toBe(true);
      expect(own.verify(tlsCa.publicKey)).toBe(false);
    }
  });

  test('carry their role as organisational unit, TLS certificates none', () => {
    const units = organization.members.map(({ identity }) => new X509Certificate(identity.certificate).subject);
    expect(units).toEqual([
      'O=HospitalA\nOU=peer\nCN=peer.HospitalA',
      'O=HospitalA\nOU=admin\nCN=admin.HospitalA',
      'O=HospitalA\nOU=client\nCN=client.HospitalA',
      'O=HospitalA\nOU=orderer\nCN=orderer.HospitalA',
    ]);
    for (const { tls } of organization.members) {
      expect(new X509Certificate(tls.certificate).subject).not.toContain('OU=');
    }
  });

  test('are valid exactly as long as asked', () => {
    for (const certificate of all()) {
      expect([certificate.validFromDate, certificate.validToDate]).toEqual([validity.notBefore, validity.notAfter]);
    }
  });

  test('let a listener be dialled as localhost or 127.0.0.1, by server and client authentication', () => {
    for (const { tls } of organization.members) {
      const certificate = new X509Certificate(tls.certificate);
      expect(certificate.checkHost('localhost')).toBe('localhost');
      expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
      expect(certificate.checkHost('example.org')).toBeUndefined();
      expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    }
  });

  test('have P-256 keys and signatures with low S, so that no peer rewrites them', () => {
    const half = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;
    for (const certificate of all()) {
      expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
      expect(sOf(certificate) <= half).toBe(true);
    }
  });

  test('belong to the private keys beside them, and no two are alike', () => {
    const keyed = organization.members.flatMap(({ identity, tls }) => [identity, tls]);
    for (const { certificate, privateKey } of [organization.ca, organization.tlsCa, ...keyed]) {
      expect(privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
      expect(new X509Certificate(certificate).checkPrivateKey(keyObject(privateKey))).toBe(true);
    }
    expect(new Set(all().map(({ serialNumber }) => serialNumber)).size).toBe(all().length);
  });
});
