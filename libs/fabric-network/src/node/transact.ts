// Hyperledger Fabric 3.1 documentation, "Transaction flow": endorse, order, wait until every peer concerned has committed
import { peer } from '@hyperledger/fabric-protos';
import { encodeEnvelope, encodeTransactionPayload, type Proposal, validationCode } from '#libs/fabric-block';
import { NetworkError } from '../network-error.js';
import type { OrdererConnection } from './orderer-connection.js';
import { patiently } from './patience.js';
import { type ChaincodeCall, type PeerConnection, proposalOf, type Simulated } from './peer-connection.js';

const READY_WITHIN = 30_000;
const COMMIT_WITHIN = 30_000;
const NOT_THERE_YET = /no such transaction ID/;

/**
 * Has all `endorsers` run the call, orders it, and resolves when each of them has committed it as valid. Throws NetworkError when one refuses, when they
 * disagree, and when the transaction turns out invalid.
 */
export async function transact(
  call: ChaincodeCall,
  endorsers: readonly PeerConnection[],
  orderer: OrdererConnection,
): Promise<void> {
  const proposal = proposalOf(call);
  const simulated = await Promise.all(endorsers.map((endorser) => endorser.simulate(proposal)));
  const envelope = envelopeOf(call, proposal, simulated);
  await patiently(READY_WITHIN, () => orderer.broadcast(envelope));
  await Promise.all(endorsers.map((endorser) => committed(endorser, call, proposal.txId)));
}

function envelopeOf(call: ChaincodeCall, proposal: Proposal, simulated: readonly Simulated[]): Uint8Array {
  const [{ responsePayload }] = simulated as [Simulated];
  if (simulated.some((other) => Buffer.compare(other.responsePayload, responsePayload) !== 0)) {
    throw new NetworkError(`${call.chaincode} ${call.fn}`, 'the peers did not find the same');
  }
  const endorsements = simulated.map(({ endorsement }) => endorsement);
  const payload = encodeTransactionPayload(proposal, responsePayload, endorsements);
  return encodeEnvelope({ payload, signature: call.creator.sign(payload) });
}

async function committed(endorser: PeerConnection, call: ChaincodeCall, txId: string): Promise<void> {
  const args = [Buffer.from(call.channelId), Buffer.from(txId)];
  const lookUp = { ...call, chaincode: 'qscc', fn: 'GetTransactionByID', args };
  const found = await patiently(COMMIT_WITHIN, () => endorser.query(lookUp).catch(retryMissing));
  const code = peer.ProcessedTransaction.deserializeBinary(found).getValidationcode();
  if (code !== 0) throw new NetworkError(`${call.chaincode} ${call.fn}`, `the transaction is ${validationCode(code)}`);
}

function retryMissing(error: unknown): never {
  if (!(error instanceof NetworkError) || !NOT_THERE_YET.test(error.said)) throw error;
  throw new NetworkError(error.step, error.said, true);
}
