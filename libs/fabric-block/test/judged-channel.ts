import { peer } from '@hyperledger/fabric-protos';
import { beforeAll, beforeEach } from '@jest/globals';
import { genesisBlock } from '#libs/fabric-network';
import {
  type ChannelConfig,
  channelConfig,
  decodeBlock,
  encodeReadWriteSet,
  type NamespaceSet,
  validateBlock,
  validationCode,
} from '../src/index.js';
import {
  action,
  type Hospitals,
  makeHospitals,
  NOW,
  type TransactionOptions,
  transactionEnvelope,
} from './hospitals.js';
import { SortedState } from './sorted-state.js';

/** Made before the tests of a file that imports this; the state afresh before each. */
export let hospitals: Hospitals;
export let config: ChannelConfig;
export let state: SortedState;

beforeAll(async () => {
  hospitals = await makeHospitals();
  const { A, B, orderer } = hospitals.organizations;
  const [a, b, ordering] = [A, B, orderer].map(({ name, mspId, ca, tlsCa }) => {
    return { name, mspId, ca: ca.certificate, tlsCa: tlsCa.certificate };
  });
  const anchorPeer = { host: 'localhost', port: 7051 };
  const genesis = genesisBlock({
    channel: 'holdfast',
    orderer: { ...ordering!, consenters: [{ host: 'localhost', port: 7050, tlsCertificate: ordering!.tlsCa }] },
    organizations: [a!, b!].map((one) => ({ ...one, anchorPeer })),
    time: NOW,
    nonce: Buffer.alloc(24, 1),
  });
  config = channelConfig(decodeBlock(genesis));
});

beforeEach(() => {
  forgetAll();
  define('anchor');
});

/** A channel on which no chaincode is defined. */
export function forgetAll(): void {
  state = new SortedState();
}

const NOTHING = { reads: [], ranges: [], writes: [], metadataWrites: [] };

/** Puts a chaincode definition with the channel's endorsement policy into the state. */
function define(chaincode: string): void {
  const policy = new peer.ApplicationPolicy();
  policy.setChannelConfigPolicyReference('/Channel/Application/Endorsement');
  const info = new peer.lifecycle.ChaincodeValidationInfo();
  info.setValidationPlugin('vscc');
  info.setValidationParameter(policy.serializeBinary());
  const content = info.serializeBinary();
  put('_lifecycle', `namespaces/metadata/${chaincode}`, Buffer.from('defined'));
  put(
    '_lifecycle',
    `namespaces/fields/${chaincode}/ValidationInfo`,
    Buffer.concat([Buffer.of(0x12, content.length), content]),
  );
}

export function put(namespace: string, key: string, value: Uint8Array, metadata?: Uint8Array): void {
  state.apply([{ namespace, key, value, metadata, version: { block: 1, transaction: 0 } }]);
}

export function envelope(change: Partial<TransactionOptions> = {}): Uint8Array {
  const { peerA, peerB, clientA } = hospitals;
  return transactionEnvelope({ endorsers: [peerA, peerB], creator: clientA, ...change });
}

/** An endorsed transaction that did this, whatever the contract would have done. */
export function did(set: Partial<NamespaceSet>, change: Partial<TransactionOptions> = {}): Uint8Array {
  const results = encodeReadWriteSet([{ namespace: 'anchor', ...NOTHING, ...set }]);
  return envelope({ action: action({ results }), ...change });
}

export function flagsOf(data: Uint8Array[], known: string[] = []): string[] {
  const { flags } = validateBlock(5, data, { config, state, hasTransaction: (txId) => known.includes(txId) });
  return [...flags].map(validationCode);
}

export function flagOf(bytes: Uint8Array): string {
  return flagsOf([bytes])[0]!;
}
