// Hyperledger Fabric 3.1, peer/proposal_response.proto: Endorsement, a signature over payload || endorser
import { BlockError } from './block-error.js';
import type { SigningIdentity } from './identity.js';
import type { Member, Membership } from './membership.js';

export interface Endorsement {
  /** Encoded SerializedIdentity. */
  endorser: Uint8Array;
  signature: Uint8Array;
}

/** Signs ProposalResponsePayload bytes as an endorser. */
export function endorse(responsePayload: Uint8Array, endorser: SigningIdentity): Endorsement {
  const signature = endorser.sign(Buffer.concat([responsePayload, endorser.creator]));
  return { endorser: endorser.creator, signature };
}

/** The member who endorsed. Throws BlockError IDENTITY or SIGNATURE. Says nothing of role or policy. */
export function checkEndorsement(
  responsePayload: Uint8Array,
  endorsement: Endorsement,
  members: Membership,
  at?: Date,
): Member {
  const endorser = members.member(endorsement.endorser, at);
  if (endorser.verify(Buffer.concat([responsePayload, endorsement.endorser]), endorsement.signature)) return endorser;
  throw new BlockError(
    'SIGNATURE',
    `An endorsement in the name of ${JSON.stringify(endorser.mspId)} has a wrong signature.`,
  );
}
