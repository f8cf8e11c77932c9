// Hyperledger Fabric 3.1 documentation, "Membership Service Providers (MSP)": who is a member
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { issueCertificate, makeAuthority } from '#libs/fabric-network';
import { BlockError, encodeIdentity, type Membership, membership } from '../src/index.js';
import { type Hospitals, makeHospitals, NOW } from './hospitals.js';

const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };
let hospitals: Hospitals;
let members: Membership;

beforeAll(async () => {
  hospitals = await makeHospitals();
  members = membership(hospitals.trust.peerMsps);
});

function reason(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof BlockError) return `${error.reason}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

function creator(certificate: string, mspId = 'HospitalAMSP'): Uint8Array {
  return encodeIdentity({ mspId, certificate });
}

async function issued(subject: string): Promise<Uint8Array> {
  return creator((await issueCertificate(hospitals.organizations.A.ca, { subject, validity })).certificate);
}

describe('a member', () => {
  test('is who its organisation’s CA has certified, in one role', () => {
    const member = members.member(hospitals.peerA.creator, NOW);
    expect([member.mspId, member.role]).toEqual(['HospitalAMSP', 'peer']);
    expect(members.member(hospitals.clientA.creator).role).toBe('client');
  });

  test('is verified by low-S signatures of its own key alone', () => {
    const member = members.member(hospitals.peerA.creator);
    const message = Buffer.from('payload');
    expect(member.verify(message, hospitals.peerA.sign(message))).toBe(true);
    expect(member.verify(message, hospitals.peerB.sign(message))).toBe(false);
  });

  test('is judged again at each time asked for, though remembered', () => {
    const { creator: peer } = hospitals.peerA;
    expect(members.member(peer, NOW)).toBe(members.member(peer, NOW));
    expect(reason(() => members.member(peer, new Date('2027-01-01T00:00:01Z')))).toMatch(/was not in date/);
    expect(reason(() => members.member(peer, new Date('2025-12-31T23:59:59Z')))).toMatch(/was not in date/);
    expect(reason(() => members.member(peer, validity.notAfter))).toBe('accepted');
  });
});

test('dates are read on the oldest Node that the package allows, whose certificates have no `validFromDate`', () => {
  const names = ['validFromDate', 'validToDate'] as const;
  const kept = names.map((name) => Object.getOwnPropertyDescriptor(X509Certificate.prototype, name)!);
  for (const name of names)
    Object.defineProperty(X509Certificate.prototype, name, { value: undefined, configurable: true });
  try {
    const fresh = membership(hospitals.trust.peerMsps);
    expect(reason(() => fresh.member(hospitals.peerA.creator, NOW))).toBe('accepted');
    expect(reason(() => fresh.member(hospitals.peerA.creator, new Date('2027-01-01T00:00:01Z')))).toMatch(
      /not in date/,
    );
  } finally {
    for (const [i, name] of names.entries()) Object.defineProperty(X509Certificate.prototype, name, kept[i]!);
  }
});

describe('refused is', () => {
  test('an MSP nobody trusts, also one named like a property of objects', () => {
    const certificate = hospitals.peerA.certificate;
    expect(reason(() => members.member(creator(certificate, 'OtherMSP')))).toMatch(/No MSP "OtherMSP"/);
    expect(reason(() => members.member(creator(certificate, 'toString')))).toMatch(/^IDENTITY/);
    expect(reason(() => members.member(creator(certificate, '__proto__')))).toMatch(/^IDENTITY/);
  });

  test('a certificate of another organisation under this one’s name', () => {
    const { certificate } = hospitals.peerB;
    expect(reason(() => members.member(creator(certificate)))).toMatch(/not issued by a CA/);
  });

  test('a certificate that began when its CA was not valid, whatever the time is', async () => {
    const early = { ...validity, notBefore: new Date('2025-12-31T23:59:00Z') };
    const { ca } = hospitals.organizations.A;
    const { certificate } = await issueCertificate(ca, { subject: 'OU=peer, CN=x', validity: early });
    expect(reason(() => members.member(creator(certificate)))).toMatch(/began when its CA was not valid/);
    expect(reason(() => members.member(creator(certificate), NOW))).toMatch(/began when its CA was not valid/);
  });

  test('a certificate by a CA that only has the same name', async () => {
    const impostor = await makeAuthority(hospitals.organizations.A.ca.subject, validity);
    const { certificate } = await issueCertificate(impostor, { subject: 'OU=peer, CN=x', validity });
    expect(reason(() => members.member(creator(certificate)))).toMatch(/not issued by a CA/);
  });

  test('a certificate issued by another member, who is no CA', async () => {
    const { A } = hospitals.organizations;
    const peer = A.members.find(({ name }) => name === 'peer')!.identity;
    const keys = (await makeAuthority('CN=unused', validity)).keys;
    const { certificate } = await issueCertificate(
      { ...peer, subject: 'O=HospitalA, OU=peer, CN=peer.HospitalA', keys },
      { subject: 'OU=peer, CN=x', validity },
    );
    const withPeer = membership({ HospitalAMSP: { roots: [A.ca.certificate], intermediates: [peer.certificate] } });
    expect(reason(() => withPeer.member(creator(certificate)))).toMatch(/not issued by a CA/);
  });

  test('the CA itself', () => {
    expect(reason(() => members.member(creator(hospitals.organizations.A.ca.certificate)))).toMatch(/is that of a CA/);
  });

  test('a TLS certificate: it comes from another CA', () => {
    const [member] = hospitals.organizations.A.members;
    expect(reason(() => members.member(creator(member!.tls.certificate)))).toMatch(/not issued by a CA/);
  });

  test('a certificate with no role, two roles, or a role in capitals', async () => {
    const none = await issued('O=HospitalA, CN=x');
    const two = await issued('OU=peer, OU=admin, CN=x');
    const capitals = await issued('OU=Peer, CN=x');
    for (const one of [none, two, capitals])
      expect(reason(() => members.member(one))).toMatch(/exactly one of the roles/);
    const other = await issued('OU=peer, OU=radiology, CN=x');
    expect(members.member(other).role).toBe('peer');
  });

  test('what is no certificate, or no identity at all', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(reason(() => members.member(creator(pem)))).toMatch(/cannot be read/);
    expect(reason(() => members.member(creator('')))).toMatch(/cannot be read/);
    expect(reason(() => members.member(Buffer.from('rubbish')))).toMatch(/^MALFORMED/);
  });
});

test('a thousand and more members are told apart, whatever is remembered of them', async () => {
  const small = membership(hospitals.trust.peerMsps);
  const { A } = hospitals.organizations;
  const line = A.members[0]!.identity.certificate;
  for (let index = 0; index < 1_100; index++) {
    const padded = creator(`${line}${'\n'.repeat(index)}`);
    expect(small.member(padded).role).toBe('peer');
  }
  expect(small.member(hospitals.adminA.creator).role).toBe('admin');
});
