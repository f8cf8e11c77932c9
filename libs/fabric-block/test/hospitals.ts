import { makeOrganization, type Organization } from '#libs/fabric-network';
import {
  assembleBlock,
  type Block,
  type BlockTrust,
  type ChaincodeAction,
  commitBlock,
  encodeEnvelope,
  encodeReadWriteSet,
  encodeResponsePayload,
  encodeTransactionPayload,
  endorse,
  makeProposal,
  openProposal,
  type Proposal,
  type SigningIdentity,
  signingIdentity,
} from '../src/index.js';

export const NOW = new Date('2026-03-01T12:00:00Z');
export const VALIDITY = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2027-01-01T00:00:00Z') };

/** Two hospitals and an orderer with certificates of their own. */
export interface Hospitals {
  trust: BlockTrust;
  organizations: Record<'A' | 'B' | 'orderer', Organization>;
  peerA: SigningIdentity;
  peerB: SigningIdentity;
  clientA: SigningIdentity;
  adminA: SigningIdentity;
  orderer: SigningIdentity;
}

export async function makeHospitals(): Promise<Hospitals> {
  const roles = ['peer', 'client', 'admin', 'orderer'] as const;
  const members = roles.map((role) => ({ name: role, role }));
  const [A, B, orderer] = await Promise.all([
    makeOrganization({ name: 'HospitalA', mspId: 'HospitalAMSP' }, members, VALIDITY),
    makeOrganization({ name: 'HospitalB', mspId: 'HospitalBMSP' }, members, VALIDITY),
    makeOrganization({ name: 'Orderer', mspId: 'OrdererMSP' }, members, VALIDITY),
  ]);
  return {
    trust: {
      channel: 'holdfast',
      ordererMsps: { OrdererMSP: [orderer.ca.certificate] },
      peerMsps: { HospitalAMSP: [A.ca.certificate], HospitalBMSP: [B.ca.certificate] },
      endorsement: ['HospitalAMSP', 'HospitalBMSP'],
    },
    organizations: { A, B, orderer },
    peerA: identityOf(A, 'peer'),
    peerB: identityOf(B, 'peer'),
    clientA: identityOf(A, 'client'),
    adminA: identityOf(A, 'admin'),
    orderer: identityOf(orderer, 'orderer'),
  };
}

export function identityOf(organization: Organization, member: string): SigningIdentity {
  const { certificate, privateKey } = organization.members.find(({ name }) => name === member)!.identity;
  return signingIdentity({ mspId: organization.mspId, certificate }, privateKey);
}

export function propose(creator: SigningIdentity, at = NOW): Proposal {
  const args = ['append', '{"site":"a"}'].map((text) => Buffer.from(text));
  return openProposal(makeProposal({ channelId: 'holdfast', chaincode: 'anchor', args, creator, at }));
}

/** What running the contract once would give: one key written. */
export function action(change: Partial<ChaincodeAction> = {}): ChaincodeAction {
  const empty = { ranges: [], metadataWrites: [] };
  const results = encodeReadWriteSet([
    { namespace: 'anchor', reads: [{ key: 'log:a' }], writes: [written('log:a', '{"size":1}')], ...empty },
  ]);
  const response = { status: 200, message: '', payload: Buffer.from('{}') };
  return { results, response, chaincode: { name: 'anchor', version: '1.0' }, ...change };
}

export function written(key: string, text: string): { key: string; value: Uint8Array; isDelete: boolean } {
  return { key, value: Buffer.from(text), isDelete: false };
}

export interface TransactionOptions {
  endorsers: SigningIdentity[];
  creator: SigningIdentity;
  action?: ChaincodeAction;
  at?: Date;
  /** Signs instead of the creator. */
  signer?: SigningIdentity;
  /** Replaces the response payload that the endorsers signed. */
  tamper?: (responsePayload: Uint8Array) => Uint8Array;
  /** Hash put into the response instead of that of the proposal. */
  hash?: Uint8Array;
}

export function transactionEnvelope(options: TransactionOptions): Uint8Array {
  const proposal = propose(options.creator, options.at);
  const endorsed = encodeResponsePayload(options.hash ?? proposal.hash, options.action ?? action());
  const endorsements = options.endorsers.map((endorser) => endorse(endorsed, endorser));
  const payload = encodeTransactionPayload(proposal, options.tamper?.(endorsed) ?? endorsed, endorsements);
  return encodeEnvelope({ payload, signature: (options.signer ?? options.creator).sign(payload) });
}

/** Block 5 as a peer keeps it, every transaction flagged VALID unless flags are given. */
export function block(orderer: SigningIdentity, data: Uint8Array[], flags = new Uint8Array(data.length)): Block {
  const ordered = assembleBlock({ number: 5, previousHash: Buffer.alloc(32, 5), data, lastConfig: 0, orderer });
  return commitBlock(ordered, flags, Buffer.alloc(32, 9));
}
