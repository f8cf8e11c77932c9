// Fabric gateway service, Endorse: the first organisation's peer, then the others; all must have found the same
import { common, gateway } from '@hyperledger/fabric-protos';
import { type Endorsement, encodeTransactionPayload, type Proposal } from '#libs/fabric-block';
import type { Peer, SimulationResult } from '../endorser/peer.js';
import { checkAccess } from '../endorser/proposal-checks.js';
import { type ErrorDetail, RpcError } from '../rpc/rpc-error.js';
import { checkEndorsable } from './defined-chaincode.js';
import type { GatewayContext } from './gateway-context.js';
import { openSignedProposal } from './open-signed-proposal.js';

type Outcome = { peer: Peer; payload: Uint8Array; endorsement: Endorsement } | { peer: Peer; refused: string };

function endorsers({ peers }: GatewayContext, asked: readonly string[]): readonly Peer[] {
  if (asked.length === 0) return peers;
  const missing = asked.filter((mspId) => !peers.some((peer) => peer.mspId === mspId));
  if (missing.length > 0)
    throw new RpcError('UNAVAILABLE', `failed to find any endorsing peers for org(s): ${missing.join(', ')}`);
  return peers.filter((peer) => asked.includes(peer.mspId));
}

function refusal({ response }: SimulationResult): string | undefined {
  const { status, message } = response;
  return status < 200 || status >= 400 ? `chaincode response ${status}, ${message}` : undefined;
}

async function outcome(peer: Peer, proposal: Proposal, context: GatewayContext): Promise<Outcome> {
  const snapshot = context.chain.snapshot();
  try {
    const result = await peer.simulate(proposal, snapshot);
    const refused = refusal(result);
    if (refused) return { peer, refused };
    const payload = peer.responsePayload(proposal, result);
    return { peer, payload, endorsement: peer.endorse(payload) };
  } catch (error) {
    return { peer, refused: (error as Error).message };
  } finally {
    snapshot.release();
  }
}

function detail(peer: Peer, message: string): ErrorDetail {
  return { address: peer.address, mspId: peer.mspId, message };
}

function failed(first: boolean, details: ErrorDetail[]): RpcError {
  const what = first ? 'failed to endorse transaction' : 'failed to collect enough transaction endorsements';
  return new RpcError('ABORTED', `${what}, see attached details for more info`, details);
}

/** The one payload and the signatures under it. */
function agreed(outcomes: readonly Outcome[]): { payload: Uint8Array; endorsements: Endorsement[] } {
  const [first] = outcomes;
  if (!first || 'refused' in first) throw failed(true, first ? [detail(first.peer, first.refused)] : []);
  const { payload } = first;
  const endorsements: Endorsement[] = [];
  const details: ErrorDetail[] = [];
  for (const found of outcomes)
    if ('refused' in found) details.push(detail(found.peer, found.refused));
    else if (Buffer.compare(found.payload, payload) === 0) endorsements.push(found.endorsement);
    else details.push(detail(found.peer, 'ProposalResponsePayloads do not match'));
  if (details.length > 0) throw failed(false, details);
  return { payload, endorsements };
}

export async function endorse(
  request: gateway.EndorseRequest,
  context: GatewayContext,
): Promise<gateway.EndorseResponse> {
  const proposal = openSignedProposal(request.getProposedTransaction());
  checkEndorsable(proposal, context);
  const peers = endorsers(context, request.getEndorsingOrganizationsList());
  try {
    checkAccess(proposal, context.access);
  } catch (error) {
    throw failed(true, [detail(peers[0]!, (error as Error).message)]);
  }
  // Both start in one turn of the event loop: they see the same state.
  const outcomes = await Promise.all(peers.map((peer) => outcome(peer, proposal, context)));
  const { payload, endorsements } = agreed(outcomes);
  const envelope = new common.Envelope();
  envelope.setPayload(encodeTransactionPayload(proposal, payload, endorsements));
  const response = new gateway.EndorseResponse();
  response.setPreparedTransaction(envelope);
  return response;
}
