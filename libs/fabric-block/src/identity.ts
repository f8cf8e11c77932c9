// Hyperledger Fabric 3.1, msp/identities.proto: SerializedIdentity
import type { KeyObject } from 'node:crypto';
import { msp } from '@hyperledger/fabric-protos';
import { decodeMessage } from './canonical-message.js';
import { type Sign, signer } from './signature.js';

/**
 * Who someone says to be: an MSP id and a certificate as PEM text. Proves nothing until a `Membership` has looked at
 * it.
 */
export interface Identity {
  mspId: string;
  certificate: string;
}

/** One who can sign. `creator` is the encoded SerializedIdentity that goes into headers and endorsements. */
export interface SigningIdentity extends Identity {
  creator: Uint8Array;
  sign: Sign;
}

export function encodeIdentity(identity: Identity): Uint8Array {
  const message = new msp.SerializedIdentity();
  message.setMspid(identity.mspId);
  message.setIdBytes(Buffer.from(identity.certificate, 'utf8'));
  return message.serializeBinary();
}

/** Throws BlockError MALFORMED; does not look at the certificate. */
export function decodeIdentity(creator: Uint8Array): Identity {
  const message = decodeMessage(msp.SerializedIdentity, creator, 'identity');
  return { mspId: message.getMspid(), certificate: Buffer.from(message.getIdBytes_asU8()).toString('utf8') };
}

/** Joins certificate and private key (PEM or KeyObject). Does not check that they belong together. */
export function signingIdentity(identity: Identity, privateKey: string | KeyObject): SigningIdentity {
  return { ...identity, creator: encodeIdentity(identity), sign: signer(privateKey) };
}
