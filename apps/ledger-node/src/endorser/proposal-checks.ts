// Fabric endorser, checks before a proposal is run: time, creator, access, transaction id not used
import { BlockError, checkProposal, headerTime, type Member, type Membership, type Proposal } from '#libs/fabric-block';

const TIME_WINDOW = 15 * 60 * 1000;
const SYSTEM_CHAINCODE = 'qscc';

export interface ProposalContext {
  members: Membership;
  /** The application's organisations: who else is a member may neither read nor write. */
  mspIds: readonly string[];
  now: () => Date;
  hasTransaction(txId: string): boolean;
}

function checkTime(proposal: Proposal, now: Date): void {
  const at = headerTime(proposal.channelHeader);
  if (at && Math.abs(at.getTime() - now.getTime()) <= TIME_WINDOW) return;
  throw new Error(
    `request unauthorized due to incorrect timestamp ${at?.toISOString() ?? 'none'}, peer time ${now.toISOString()}, peer.authentication.timewindow 15m0s`,
  );
}

function checkCreator(proposal: Proposal, { members, mspIds, now }: ProposalContext): Member {
  const denied = `error validating proposal: access denied: channel [${proposal.channelId}] creator org`;
  try {
    return checkProposal(proposal, members, now());
  } catch (error) {
    if (!(error instanceof BlockError)) throw error;
    const { mspId } = proposal.identity;
    throw new Error(mspIds.includes(mspId) ? `${denied} [${mspId}]` : `${denied} unknown, creator is malformed`);
  }
}

/** Writers may run the chaincodes of the channel, readers (also peers) the system chaincode. Throws the peer's text. */
export function checkAccess(proposal: Proposal, context: ProposalContext): void {
  checkTime(proposal, context.now());
  const { mspId, role } = checkCreator(proposal, context);
  if (context.hasTransaction(proposal.txId))
    throw new Error(
      `duplicate transaction found [${proposal.txId}]. Creator [${Buffer.from(proposal.signatureHeader.creator).toString('hex')}]`,
    );
  const writes = role === 'client' || role === 'admin';
  const may = context.mspIds.includes(mspId) && (writes || proposal.chaincode === SYSTEM_CHAINCODE);
  if (!may)
    throw new Error(
      `failed evaluating policy on signed data during check policy [/Channel/Application/Writers]: [${mspId} is no client or admin of the channel]`,
    );
}
