import { lifecycleSequenceKey, type Proposal } from '#libs/fabric-block';
import { SYSTEM_CHAINCODE } from '../endorser/proposal-checks.js';
import { RpcError } from '../rpc/rpc-error.js';
import { LIFECYCLE } from '../simulation/simulation.js';
import type { GatewayContext } from './gateway-context.js';

function isDefined(chaincode: string, { chain }: GatewayContext): boolean {
  return chain.state.get(LIFECYCLE, lifecycleSequenceKey(chaincode)) !== undefined;
}

/** Refuses what no peer of the channel can endorse: other channels, chaincodes that are not defined, also the peers' own. */
export function checkEndorsable({ chaincode, channelId }: Proposal, context: GatewayContext): void {
  if (channelId === context.channel && isDefined(chaincode, context)) return;
  throw new RpcError(
    'FAILED_PRECONDITION',
    `no combination of peers can be derived which satisfy the endorsement policy: no peer has chaincode ${chaincode} on channel ${channelId}`,
  );
}

/** Refuses what no peer of the channel can run; all have the system chaincode. */
export function checkRunnable({ chaincode, channelId }: Proposal, context: GatewayContext): void {
  if (channelId !== context.channel)
    throw new RpcError('UNAVAILABLE', `could not get last config for channel ${channelId}`);
  if (chaincode === SYSTEM_CHAINCODE || isDefined(chaincode, context)) return;
  throw new RpcError(
    'FAILED_PRECONDITION',
    `no peers available to evaluate chaincode ${chaincode} in channel ${channelId}`,
  );
}
