// Fabric life cycle, CommitChaincodeDefinition: what `_lifecycle` writes when a chaincode is defined on a channel
import { common, peer } from '@hyperledger/fabric-protos';
import {
  encodeEnvelope,
  encodeReadWriteSet,
  encodeResponsePayload,
  encodeTransactionPayload,
  endorse,
  type KeyWrite,
  lifecycleSequenceKey,
  makeProposal,
  openProposal,
  type SigningIdentity,
} from '#libs/fabric-block';
import { LIFECYCLE } from './simulation/simulation.js';

export interface DefinitionOptions {
  channel: string;
  chaincode: string;
  version: string;
  /** Who asks for it. */
  creator: SigningIdentity;
  /** A peer of each organisation. */
  endorsers: readonly SigningIdentity[];
  at: Date;
}

const ENDORSEMENT_POLICY = '/Channel/Application/Endorsement';
const SEQUENCE = 1;

/** StateData {int64 = 1 | bytes = 2 | string = 3}: fabric-protos does not have it. */
function bytesField(number: number, content: Uint8Array): Uint8Array {
  if (content.length > 127) throw new RangeError('a field of the definition is too long');
  return Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);
}

function endorsementInfo(version: string): Uint8Array {
  return Buffer.concat([bytesField(1, Buffer.from(version)), bytesField(3, Buffer.from('escc'))]);
}

function validationInfo(): Uint8Array {
  const policy = new peer.ApplicationPolicy();
  policy.setChannelConfigPolicyReference(ENDORSEMENT_POLICY);
  return Buffer.concat([bytesField(1, Buffer.from('vscc')), bytesField(2, policy.serializeBinary())]);
}

const FIELDS = ['Sequence', 'EndorsementInfo', 'ValidationInfo', 'Collections'];

function metadata(): Uint8Array {
  const fields = FIELDS.map((field) => bytesField(2, Buffer.from(field)));
  return Buffer.concat([bytesField(1, Buffer.from('ChaincodeDefinition')), ...fields]);
}

function writes(chaincode: string, version: string): KeyWrite[] {
  const field = (name: string, value: Uint8Array): KeyWrite => ({
    key: `namespaces/fields/${chaincode}/${name}`,
    value,
    isDelete: false,
  });
  return [
    field('Collections', bytesField(2, new common.CollectionConfigPackage().serializeBinary())),
    field('EndorsementInfo', bytesField(2, endorsementInfo(version))),
    field('Sequence', Uint8Array.of(1 << 3, SEQUENCE)),
    field('ValidationInfo', bytesField(2, validationInfo())),
    { key: `namespaces/metadata/${chaincode}`, value: metadata(), isDelete: false },
  ];
}

function results({ chaincode, version }: DefinitionOptions): Uint8Array {
  const none = { ranges: [], metadataWrites: [] };
  return encodeReadWriteSet([
    {
      namespace: LIFECYCLE,
      reads: [{ key: lifecycleSequenceKey(chaincode) }, { key: `namespaces/metadata/${chaincode}` }],
      writes: writes(chaincode, version),
      ...none,
    },
    { namespace: 'lscc', reads: [{ key: chaincode }], writes: [], ...none },
  ]);
}

function argument({ chaincode, version }: DefinitionOptions): Uint8Array {
  const request = new peer.lifecycle.CommitChaincodeDefinitionArgs();
  request.setName(chaincode);
  request.setVersion(version);
  request.setSequence(SEQUENCE);
  return request.serializeBinary();
}

/**
 * The envelope of the transaction that defines the chaincode with the channel's endorsement policy, endorsed by all. It
 * differs from a real network's in one thing: the approvals, which are private data there, are left out.
 */
export function chaincodeDefinition(options: DefinitionOptions): Uint8Array {
  const { channel: channelId, creator, at } = options;
  const args = [Buffer.from('CommitChaincodeDefinition'), argument(options)];
  const proposal = openProposal(makeProposal({ channelId, chaincode: LIFECYCLE, args, creator, at }));
  const response = { status: 200, message: '', payload: new Uint8Array() };
  const chaincode = { name: LIFECYCLE, version: 'syscc' };
  const payload = encodeResponsePayload(proposal.hash, { results: results(options), response, chaincode });
  const endorsements = options.endorsers.map((endorser) => endorse(payload, endorser));
  const signed = encodeTransactionPayload(proposal, payload, endorsements);
  return encodeEnvelope({ payload: signed, signature: creator.sign(signed) });
}
