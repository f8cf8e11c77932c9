// Fabric gateway service, Evaluate: one peer runs the function; nothing is written
import { gateway, peer as protos } from '@hyperledger/fabric-protos';
import type { ChaincodeResponse, Member, Proposal } from '#libs/fabric-block';
import type { Peer } from '../endorser/peer.js';
import { checkAccess, checkResource, Filtered, SYSTEM_CHAINCODE } from '../endorser/proposal-checks.js';
import { queryLedger } from '../endorser/qscc.js';
import { type ErrorDetail, RpcError, type StatusName } from '../rpc/rpc-error.js';
import { checkRunnable } from './defined-chaincode.js';
import type { GatewayContext } from './gateway-context.js';
import { openSignedProposal } from './open-signed-proposal.js';

function target({ peers }: GatewayContext, asked: readonly string[], { chaincode, channelId }: Proposal): Peer {
  const peer = asked.length === 0 ? peers[0] : peers.find(({ mspId }) => asked.includes(mspId));
  if (peer) return peer;
  throw new RpcError(
    'FAILED_PRECONDITION',
    `no peers available to evaluate chaincode ${chaincode} in channel ${channelId}`,
  );
}

function refused(code: StatusName, message: string, { address, mspId }: Peer): RpcError {
  const details: ErrorDetail[] = [{ address, mspId, message }];
  return new RpcError(code, `evaluate call to endorser returned error: ${message}`, details);
}

function failed(code: StatusName, message: string, { address, mspId }: Peer): RpcError {
  const details: ErrorDetail[] = [{ address, mspId, message }];
  return new RpcError(code, 'failed to evaluate transaction, see attached details for more info', details);
}

async function run(
  proposal: Proposal,
  creator: Member,
  peer: Peer,
  context: GatewayContext,
): Promise<ChaincodeResponse> {
  const { chain, channel, access } = context;
  const { chaincode, args } = proposal;
  const check = (resource: string) => checkResource(resource, creator, access);
  if (chaincode === SYSTEM_CHAINCODE) return queryLedger(chain, { channel, args, checkResource: check });
  const snapshot = chain.snapshot();
  try {
    return (await peer.simulate(proposal, snapshot)).response;
  } catch (error) {
    throw failed('ABORTED', (error as Error).message, peer);
  } finally {
    snapshot.release();
  }
}

function check(proposal: Proposal, peer: Peer, { access }: GatewayContext): Member {
  try {
    return checkAccess(proposal, access);
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof Filtered) throw failed('UNAVAILABLE', message, peer);
    throw refused('FAILED_PRECONDITION', message, peer);
  }
}

export async function evaluate(
  request: gateway.EvaluateRequest,
  context: GatewayContext,
): Promise<gateway.EvaluateResponse> {
  const proposal = openSignedProposal(request.getProposedTransaction());
  checkRunnable(proposal, context);
  const peer = target(context, request.getTargetOrganizationsList(), proposal);
  const creator = check(proposal, peer, context);
  const { status, message, payload } = await run(proposal, creator, peer, context);
  if (status < 200 || status >= 400) throw refused('UNKNOWN', `chaincode response ${status}, ${message}`, peer);
  const result = new protos.Response();
  result.setStatus(status);
  result.setMessage(message);
  result.setPayload(payload);
  const response = new gateway.EvaluateResponse();
  response.setResult(result);
  return response;
}
