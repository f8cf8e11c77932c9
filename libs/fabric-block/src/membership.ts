// Hyperledger Fabric 3.1 documentation, "Membership Service Providers (MSP)": who is a valid member of an organisation
import { X509Certificate } from 'node:crypto';
import { BlockError } from './block-error.js';
import { inDate, validFrom } from './certificate-chain.js';
import { decodeIdentity, type Identity } from './identity.js';
import { Msp, type MspRoots } from './msp.js';
import { nodeRole, type Role } from './node-role.js';
import { verifySignature } from './signature.js';

/** An identity whose certificate was found good. */
export interface Member extends Identity {
  role: Role;
  x509: X509Certificate;
  /** True only for a strict, low-S signature of this member. */
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

export interface Membership {
  /**
   * The member behind SerializedIdentity bytes: an MSP that is known, a P-256 certificate that chains to its roots,
   * is no CA, is not revoked, began while its chain was valid, and names exactly one role; in date (with its chain)
   * at `at`, where that is given.
   * Throws BlockError IDENTITY, or MALFORMED.
   */
  member(creator: Uint8Array, at?: Date): Member;
}

interface Known {
  member: Member;
  path: X509Certificate[];
}
const REMEMBERED = 1_000;

/**
 * Membership of the MSPs given by id: an array stands for root certificates alone. Throws if a CA certificate does
 * not parse.
 */
export function membership(msps: Record<string, string[] | MspRoots>): Membership {
  const byId = new Map(Object.entries(msps).map(([mspId, given]) => [mspId, openMsp(given)]));
  const known = new Map<string, Known>();
  return {
    member(creator, at) {
      const name = Buffer.from(creator).toString('latin1');
      const found = known.get(name) ?? identify(byId, decodeIdentity(creator));
      if (known.size >= REMEMBERED && !known.has(name)) known.delete(known.keys().next().value ?? '');
      known.set(name, found);
      if (at) checkDates(found, at);
      return found.member;
    },
  };
}

function openMsp(given: string[] | MspRoots): Msp {
  return new Msp(Array.isArray(given) ? { roots: given } : given);
}

function identify(msps: ReadonlyMap<string, Msp>, identity: Identity): Known {
  const msp = msps.get(identity.mspId);
  if (!msp) throw new BlockError('IDENTITY', `No MSP ${JSON.stringify(identity.mspId)} is trusted here.`);
  const x509 = readCertificate(identity);
  const path = msp.issuers(x509);
  if (!path) throw refused(identity, 'was not issued by a CA of the organisation');
  if (x509.ca) throw refused(identity, 'is that of a CA');
  if (!path.every((link) => inDate(link, begun(x509)))) throw refused(identity, 'began when its CA was not valid');
  if (msp.isRevoked(x509, path)) throw refused(identity, 'is revoked');
  const role = nodeRole(x509);
  if (!role) throw refused(identity, 'does not name exactly one of the roles client, peer, admin, orderer');
  const verify = verifySignature.bind(undefined, x509.publicKey);
  return { member: { ...identity, role, x509, verify }, path };
}

/** Where peers stand when they look at a chain: blocks are judged without a clock. */
function begun(x509: X509Certificate): Date {
  return new Date(validFrom(x509).getTime() + 1_000);
}

function readCertificate(identity: Identity): X509Certificate {
  const x509 = parse(identity.certificate);
  if (!x509) throw refused(identity, 'cannot be read');
  if (x509.publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw refused(identity, 'has no P-256 key');
  return x509;
}

/** Undefined where certificate or key does not parse: the key is read late, so it is asked for here. */
function parse(certificate: string): X509Certificate | undefined {
  try {
    const x509 = new X509Certificate(certificate);
    return x509.publicKey ? x509 : undefined;
  } catch {
    return undefined;
  }
}

function checkDates(known: Known, at: Date): void {
  if ([known.member.x509, ...known.path].every((link) => inDate(link, at))) return;
  throw refused(known.member, `was not in date at ${at.toISOString()}`);
}

function refused(identity: Identity, why: string): BlockError {
  return new BlockError('IDENTITY', `The certificate given for ${JSON.stringify(identity.mspId)} ${why}.`);
}
