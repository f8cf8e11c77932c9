// Fabric endorsing peer: runs a proposal on the state and signs what came of it
import {
  type Endorsement,
  encodeReadWriteSet,
  encodeResponsePayload,
  endorse,
  type Proposal,
  type SigningIdentity,
} from '#libs/fabric-block';
import type { ChainSnapshot } from '../chain/chain.js';
import type { ChaincodeStream, Execution } from '../chaincode/chaincode-stream.js';
import { Simulation } from '../simulation/simulation.js';
import type { OwnEndorsements } from './own-endorsements.js';

export interface PeerOptions {
  address: string;
  identity: SigningIdentity;
  chaincode: ChaincodeStream;
  chaincodeVersion: string;
  /** Told of all that is signed. */
  own: OwnEndorsements;
}

/** What a run of the chaincode gave. `results` is the encoded read-write set. */
export interface SimulationResult extends Execution {
  results: Uint8Array;
}

/** The peer of one organisation. All of them see one chain, but each runs the chaincode for itself. */
export class Peer {
  constructor(private readonly options: PeerOptions) {}

  get mspId(): string {
    return this.options.identity.mspId;
  }

  get address(): string {
    return this.options.address;
  }

  /** Throws with the peer's text when the function could not be run; a refusal of the function is no error here. */
  async simulate(proposal: Proposal, snapshot: ChainSnapshot): Promise<SimulationResult> {
    const { chaincode } = this.options;
    const simulation = this.simulation(proposal, snapshot);
    const history = (key: string) => snapshot.history(proposal.chaincode, key);
    try {
      const execution = await chaincode.execute(proposal, { simulation, history, iterators: new Map() });
      return { ...execution, results: encodeReadWriteSet(simulation.results()) };
    } catch (error) {
      throw new Error(
        `error in simulation: failed to execute transaction ${proposal.txId}: ${(error as Error).message}`,
      );
    }
  }

  private simulation({ chaincode, channelId, txId }: Proposal, snapshot: ChainSnapshot): Simulation {
    try {
      return new Simulation(snapshot.state, chaincode, txId);
    } catch (error) {
      throw new Error(
        `make sure the chaincode ${chaincode} has been successfully defined on channel ${channelId} and try again: ${(error as Error).message}`,
      );
    }
  }

  /** The bytes that all endorsers must agree on. */
  responsePayload(proposal: Proposal, { results, event, response }: SimulationResult): Uint8Array {
    const chaincode = { name: proposal.chaincode, version: this.options.chaincodeVersion };
    return encodeResponsePayload(proposal.hash, { results, event, response, chaincode });
  }

  endorse(responsePayload: Uint8Array): Endorsement {
    const { identity, own } = this.options;
    const endorsement = endorse(responsePayload, identity);
    own.add(responsePayload, endorsement);
    return endorsement;
  }
}
