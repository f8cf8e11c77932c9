import { createHash, randomBytes } from 'node:crypto';
import {
  type ChannelHeader,
  encodeChannelHeader,
  encodeEnvelope,
  encodePayload,
  encodeReadWriteSet,
  encodeResponsePayload,
  encodeSignatureHeader,
  encodeTransaction,
  endorse,
  makeProposal,
  type NamespaceSet,
  openProposal,
  type SigningIdentity,
  type TransactionAction,
  transactionId,
} from '#libs/fabric-block';
import type { Network } from '#libs/fabric-network';
import { CHAINCODE } from './ledger-under-test.js';

/** A transaction as no honest gateway would make it; what is left out is as it should be. The suite holds all keys of the network. */
export interface Forgery {
  creator?: SigningIdentity;
  /** Who signs the envelope, if not its creator. */
  signer?: SigningIdentity;
  endorsers?: readonly SigningIdentity[];
  header?: Partial<ChannelHeader>;
  /** The chaincode that is asked, if it is not the test contract. */
  chaincode?: string;
  /** Read-write set, or any bytes in its place. */
  results?: readonly NamespaceSet[] | Uint8Array;
  /** What the endorsed action says that it ran. */
  ran?: { name: string; version: string };
  status?: number;
  event?: { chaincode: string; txId: string; name: string; payload: Uint8Array };
  proposalHash?: Uint8Array;
  /** Changes the actions after they were endorsed. */
  actions?: (action: TransactionAction) => TransactionAction[];
  /** Replaces the encoded transaction. */
  data?: Uint8Array;
}

const NOTHING = { reads: [], ranges: [], writes: [], metadataWrites: [] };

/** A read-write set that writes one key of the test contract. */
export function writing(key: string, value: string, namespace = CHAINCODE): NamespaceSet[] {
  return [{ ...NOTHING, namespace, writes: [{ key, value: Buffer.from(value), isDelete: false }] }];
}

export function forge(network: Network, forgery: Forgery): Uint8Array {
  const [a, b] = network.organizations;
  const {
    creator = a!.client.identity,
    endorsers = [a!.peer.identity, b!.peer.identity],
    chaincode = CHAINCODE,
  } = forgery;
  const nonce = randomBytes(24);
  const args = [Buffer.from('put')];
  const proposal = openProposal(
    makeProposal({ channelId: network.channel, chaincode, args, creator, at: new Date(), nonce }),
  );
  const channelHeaderBytes = encodeChannelHeader({ ...proposal.channelHeader, ...forgery.header });
  const signatureHeaderBytes = encodeSignatureHeader({ creator: creator.creator, nonce });
  const hash = forgery.header
    ? hashOf(channelHeaderBytes, signatureHeaderBytes, proposal.payloadWithoutTransient)
    : proposal.hash;
  const responsePayload = encodeResponsePayload(forgery.proposalHash ?? hash, {
    results: resultsOf(forgery, transactionId(nonce, creator.creator)),
    event: forgery.event,
    response: { status: forgery.status ?? 200, message: '', payload: new Uint8Array() },
    chaincode: forgery.ran ?? { name: chaincode, version: '1' },
  });
  const action: TransactionAction = {
    headerBytes: signatureHeaderBytes,
    proposalPayload: proposal.payloadWithoutTransient,
    responsePayload,
    endorsements: endorsers.map((endorser) => endorse(responsePayload, endorser)),
  };
  const data = forgery.data ?? encodeTransaction(forgery.actions?.(action) ?? [action]);
  const payload = encodePayload({ channelHeaderBytes, signatureHeaderBytes, data });
  return encodeEnvelope({ payload, signature: (forgery.signer ?? creator).sign(payload) });
}

function resultsOf({ results }: Forgery, txId: string): Uint8Array {
  if (results instanceof Uint8Array) return results;
  return encodeReadWriteSet([...(results ?? writing(`forged-${txId.slice(0, 8)}`, 'x'))]);
}

function hashOf(...parts: Uint8Array[]): Uint8Array {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}
