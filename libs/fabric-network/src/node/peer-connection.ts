// Hyperledger Fabric 3.1, peer/peer.proto: Endorser
import { credentials, type ServiceError } from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import { makeProposal, openProposal, type Proposal, type SigningIdentity } from '#libs/fabric-block';
import { NetworkError } from '../network-error.js';
import { CHANNEL_OPTIONS, type NodeAddress } from './node-address.js';

const DEADLINE = 30_000;

/** A call of a chaincode, by someone. An empty channel asks the peer itself. */
export interface ChaincodeCall {
  channelId: string;
  chaincode: string;
  fn: string;
  args: readonly Uint8Array[];
  creator: SigningIdentity;
}

/** What a peer made of a proposal. */
export interface Simulated {
  /** Answer of the chaincode. */
  payload: Uint8Array;
  /** ProposalResponsePayload, as endorsed. */
  responsePayload: Uint8Array;
  endorsement: { endorser: Uint8Array; signature: Uint8Array };
}

/** Makes and signs the proposal of a call; every peer that is to endorse gets the same one. */
export function proposalOf({ fn, args, ...rest }: ChaincodeCall): Proposal {
  return openProposal(makeProposal({ ...rest, args: [Buffer.from(fn), ...args], at: new Date() }));
}

/** A peer that is asked directly, without a gateway. */
export class PeerConnection {
  private readonly client: peer.EndorserClient;

  constructor(address: NodeAddress) {
    const tls = credentials.createSsl(Buffer.from(address.tlsCa));
    this.client = new peer.EndorserClient(`${address.host}:${address.port}`, tls, CHANNEL_OPTIONS);
  }

  /** Waits until the peer listens. Throws NetworkError when the time is up. */
  async ready(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.client.waitForReady(Date.now() + milliseconds, (error) => (error ? reject(error) : resolve()));
    }).catch((error: Error) => {
      throw new NetworkError('Connecting to the peer', error.message, true);
    });
  }

  /** Has the proposal run. Throws NetworkError for a peer that is away and for any answer but 200. */
  async simulate(proposal: Proposal): Promise<Simulated> {
    const step = `${proposal.chaincode} ${Buffer.from(proposal.args[0]!).toString('utf8')}`;
    const answer = await this.process(proposal).catch((error: ServiceError) => {
      throw new NetworkError(step, error.details, error.code === 14);
    });
    const response = answer.getResponse();
    const endorsement = answer.getEndorsement();
    if (response?.getStatus() !== 200) throw new NetworkError(step, response?.getMessage() ?? 'no response');
    return {
      payload: response.getPayload_asU8(),
      responsePayload: answer.getPayload_asU8(),
      endorsement: {
        endorser: endorsement?.getEndorser_asU8() ?? new Uint8Array(),
        signature: endorsement?.getSignature_asU8() ?? new Uint8Array(),
      },
    };
  }

  /** Runs the call and gives the chaincode's answer; nothing is ordered. */
  async query(call: ChaincodeCall): Promise<Uint8Array> {
    return (await this.simulate(proposalOf(call))).payload;
  }

  close(): void {
    this.client.close();
  }

  private process({ proposalBytes, signature }: Proposal): Promise<peer.ProposalResponse> {
    const signed = new peer.SignedProposal();
    signed.setProposalBytes(proposalBytes);
    signed.setSignature(signature);
    return new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, answer?: peer.ProposalResponse) =>
        answer ? resolve(answer) : reject(error);
      this.client.processProposal(signed, { deadline: Date.now() + DEADLINE }, done);
    });
  }
}
