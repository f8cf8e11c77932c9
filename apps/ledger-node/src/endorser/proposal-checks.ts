// Fabric endorser, checks before a proposal is run: time, creator, transaction id not used, access
import {
  BlockError,
  type ChannelConfig,
  checkProposal,
  headerTime,
  type Member,
  type Proposal,
} from '#libs/fabric-block';
import { hasExpired } from './expiry.js';
import { resourcePolicy } from './resource-policy.js';

export const TIME_WINDOW = 15 * 60 * 1000;
export const SYSTEM_CHAINCODE = 'qscc';

export interface ProposalContext {
  config: ChannelConfig;
  now: () => Date;
  hasTransaction(txId: string): boolean;
}

/** A peer turns such a proposal away before it looks at it. */
export class Filtered extends Error {}

function checkExpiry({ signatureHeader }: Proposal, context: ProposalContext): void {
  if (hasExpired(signatureHeader.creator, context)) throw new Filtered('proposal client identity expired');
}

function checkTime(proposal: Proposal, now: Date): void {
  const at = headerTime(proposal.channelHeader);
  if (at && Math.abs(at.getTime() - now.getTime()) <= TIME_WINDOW) return;
  throw new Filtered(
    `request unauthorized due to incorrect timestamp ${at?.toISOString() ?? 'none'}, peer time ${now.toISOString()}, peer.authentication.timewindow 15m0s`,
  );
}

function creatorOf(proposal: Proposal, { config, now }: ProposalContext): Member {
  try {
    return checkProposal(proposal, config.members, now());
  } catch (error) {
    if (!(error instanceof BlockError)) throw error;
    const { mspId } = proposal.identity;
    const known = mspId in config.peerMsps || mspId in config.ordererMsps;
    const denied = `error validating proposal: access denied: channel [${proposal.channelId}] creator org`;
    throw new Error(known ? `${denied} [${mspId}]` : `${denied} unknown, creator is malformed`);
  }
}

/** Throws the peer's text unless the member satisfies the policy of the resource. */
export function checkResource(resource: string, member: Member, { config }: Pick<ProposalContext, 'config'>): void {
  const path = resourcePolicy(config, resource);
  if (config.policy(path)?.([member])) return;
  throw new Error(
    `failed evaluating policy on signed data during check policy [${path}]: [a ${member.role} of ${member.mspId} does not satisfy it]`,
  );
}

/** The creator, who may propose this. Throws the peer's text. */
export function checkAccess(proposal: Proposal, context: ProposalContext): Member {
  checkExpiry(proposal, context);
  checkTime(proposal, context.now());
  const creator = creatorOf(proposal, context);
  if (context.hasTransaction(proposal.txId))
    throw new Error(
      `duplicate transaction found [${proposal.txId}]. Creator [${Buffer.from(proposal.signatureHeader.creator).toString('hex')}]`,
    );
  // The system chaincode looks itself who may use its functions.
  if (proposal.chaincode !== SYSTEM_CHAINCODE) checkResource('peer/Propose', creator, context);
  return creator;
}
