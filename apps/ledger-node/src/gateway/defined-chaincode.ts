import { lifecycleSequenceKey, type Proposal } from '#libs/fabric-block';
import { RpcError } from '../rpc/rpc-error.js';
import { LIFECYCLE } from '../simulation/simulation.js';
import type { GatewayContext } from './gateway-context.js';

/** Refuses what no peer of the channel can run: chaincodes that are not defined, also the peers' own. */
export function definedChaincode({ chaincode, channelId }: Proposal, { chain }: GatewayContext): void {
  if (chain.state.get(LIFECYCLE, lifecycleSequenceKey(chaincode))) return;
  throw new RpcError(
    'FAILED_PRECONDITION',
    `no combination of peers can be derived which satisfy the endorsement policy: no peer has chaincode ${chaincode} on channel ${channelId}`,
  );
}
