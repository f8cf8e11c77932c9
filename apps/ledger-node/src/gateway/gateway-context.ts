import type { Chain } from '../chain/chain.js';
import type { Peer } from '../endorser/peer.js';
import type { ProposalContext } from '../endorser/proposal-checks.js';
import type { Orderer } from '../orderer/orderer.js';

/** What the calls of the gateway work on. */
export interface GatewayContext {
  channel: string;
  chain: Chain;
  /** The gateway's own organisation first. */
  peers: readonly Peer[];
  orderer: Orderer;
  access: ProposalContext;
}
