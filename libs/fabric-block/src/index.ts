// The door of fabric-block: makes and checks what Hyperledger Fabric 3.1 signs, orders and stores. Pure: no network, no files, no clock but an argument.
import type { KeyObject, X509Certificate } from 'node:crypto';

/** What a signed or stored structure was refused for. `reason` is stable and machine-readable; the message is one sentence without data of the content. */
export declare class BlockError extends Error {
  readonly reason: BlockReason;
  constructor(reason: BlockReason, message: string);
}
export type BlockReason =
  | 'MALFORMED' // bytes that do not decode, or decode but are not the canonical encoding
  | 'HEADER' // a header field has a wrong value (type, version, epoch, channel)
  | 'TXID' // transaction id is not SHA-256(nonce || creator)
  | 'IDENTITY' // unknown MSP, unreadable certificate, chain, dates, revocation, organisational unit
  | 'SIGNATURE' // a signature is not valid, not DER or not low-S
  | 'DATA_HASH'
  | 'PREVIOUS_HASH'
  | 'ORDERER'
  | 'PROPOSAL_HASH'
  | 'ENDORSEMENT' // a required organisation has not endorsed
  | 'COMMIT_HASH'
  | 'FLAGS';

// ---- signatures (ECDSA P-256, SHA-256, DER, low-S) ----
export type Sign = (message: Uint8Array) => Uint8Array;
/** Signs with SHA-256 and a P-256 key (PKCS8 or SEC1 PEM); the result is DER with low S, as Fabric demands. About 0.06 ms. */
export declare function signer(privateKey: string | KeyObject): Sign;
/** True only for a strictly DER-encoded low-S signature by `publicKey` over SHA-256(message). Never throws. */
export declare function verifySignature(publicKey: KeyObject, message: Uint8Array, signature: Uint8Array): boolean;
/** Whether a DER ECDSA P-256 signature has S in the lower half of the group order; false if it is not strict DER. */
export declare function isLowS(signature: Uint8Array): boolean;

// ---- identities ----
/** Content of msp.SerializedIdentity. `certificate` is PEM text. */
export interface Identity {
  mspId: string;
  certificate: string;
}
/** Someone who signs: `creator` is the encoded SerializedIdentity. */
export interface SigningIdentity extends Identity {
  creator: Uint8Array;
  sign: Sign;
}
export declare function encodeIdentity(identity: Identity): Uint8Array;
export declare function decodeIdentity(creator: Uint8Array): Identity;
export declare function signingIdentity(identity: Identity, privateKey: string | KeyObject): SigningIdentity;

// ---- membership: which certificates count ----
export type Role = 'client' | 'peer' | 'admin' | 'orderer';
/** What an organisation trusts: root CA certificates (PEM), and what has been revoked (serial numbers, lower-case hex). Node OUs are always on. */
export interface MspRoots {
  roots: string[];
  intermediates?: string[];
  revoked?: { issuer: string; serial: string }[];
}
export interface Member extends Identity {
  roles: ReadonlySet<Role>;
  x509: X509Certificate;
  /** Strict: low-S DER only. */
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}
export interface Membership {
  /** The member behind SerializedIdentity bytes: known MSP, chain to its roots, in date at `at` (no date check without it), not revoked, exactly one role OU. Throws BlockError IDENTITY. Results are kept in a bounded cache. */
  member(creator: Uint8Array, at?: Date): Member;
}
export declare function membership(msps: Record<string, string[] | MspRoots>): Membership;

// ---- headers ----
/** common.HeaderType values that occur. */
export declare const HEADER_TYPE: {
  readonly MESSAGE: 0;
  readonly CONFIG: 1;
  readonly CONFIG_UPDATE: 2;
  readonly ENDORSER_TRANSACTION: 3;
  readonly DELIVER_SEEK_INFO: 5;
};
export interface ChannelHeader {
  type: number;
  version: number;
  /** Milliseconds since 1970 and the nanoseconds of its second, as sent by the client. */
  timestamp: { seconds: number; nanos: number } | undefined;
  channelId: string;
  txId: string;
  epoch: number;
  extension: Uint8Array;
  tlsCertHash: Uint8Array;
}
export interface SignatureHeader {
  creator: Uint8Array;
  nonce: Uint8Array;
}
export declare function encodeChannelHeader(header: Partial<ChannelHeader>): Uint8Array;
export declare function decodeChannelHeader(bytes: Uint8Array): ChannelHeader;
export declare function encodeSignatureHeader(header: SignatureHeader): Uint8Array;
export declare function decodeSignatureHeader(bytes: Uint8Array): SignatureHeader;
/** Lower-case hex SHA-256(nonce || creator). */
export declare function transactionId(nonce: Uint8Array, creator: Uint8Array): string;

// ---- proposals ----
export interface Proposal {
  channelHeader: ChannelHeader;
  signatureHeader: SignatureHeader;
  identity: Identity;
  txId: string;
  channelId: string;
  chaincode: string;
  args: Uint8Array[];
  isInit: boolean;
  transient: ReadonlyMap<string, Uint8Array>;
  /** The exact encoded parts as received; hashes and the transaction are made of these. */
  channelHeaderBytes: Uint8Array;
  signatureHeaderBytes: Uint8Array;
  /** ChaincodeProposalPayload without the transient map. */
  payloadWithoutTransient: Uint8Array;
  proposalBytes: Uint8Array;
  signature: Uint8Array;
  /** SHA-256(channel header || signature header || payloadWithoutTransient). */
  hash: Uint8Array;
}
/**
 * Opens a peer.SignedProposal: type ENDORSER_TRANSACTION, version 0, epoch 0, nonce and creator present, txid right, extension and payload name
 * the same chaincode. Does not look at signature, membership or time: `checkProposal` does. Throws BlockError.
 */
export declare function openProposal(signed: { proposalBytes: Uint8Array; signature: Uint8Array }): Proposal;
/** Creator is a member and the signature is theirs. Throws BlockError IDENTITY or SIGNATURE. */
export declare function checkProposal(proposal: Proposal, members: Membership, at?: Date): Member;
/** Makes and signs a proposal, as a client would. `nonce` defaults to 24 random bytes. */
export declare function makeProposal(options: {
  channelId: string;
  chaincode: string;
  args: Uint8Array[];
  creator: SigningIdentity;
  at: Date;
  nonce?: Uint8Array;
  transient?: Record<string, Uint8Array>;
}): { proposalBytes: Uint8Array; signature: Uint8Array; txId: string };

// ---- read-write sets ----
/** Height at which a key was last written. Safe integers. */
export interface Version {
  block: number;
  transaction: number;
}
export interface KeyRead {
  key: string;
  /** Absent: the key did not exist. */
  version?: Version | undefined;
}
export interface RangeRead {
  startKey: string;
  endKey: string;
  exhausted: boolean;
  /** Raw reads, or undefined where nothing was in range (the field is then left out, as peers do). */
  reads?: KeyRead[] | undefined;
  merkle?: { maxDegree: number; maxLevel: number; hashes: Uint8Array[] } | undefined;
}
export interface KeyWrite {
  key: string;
  /** Empty with isDelete. An empty put is a delete: `encodeReadWriteSet` sets the flag. */
  value: Uint8Array;
  isDelete: boolean;
}
export interface MetadataWrite {
  key: string;
  entries: { name: string; value: Uint8Array }[];
}
export interface NamespaceSet {
  namespace: string;
  reads: KeyRead[];
  ranges: RangeRead[];
  writes: KeyWrite[];
  metadataWrites: MetadataWrite[];
  /** Private data hashes are present; this library does not read them. Only set by decoding. */
  hasCollections?: boolean;
}
/** rwset.TxReadWriteSet bytes: namespaces, reads, writes and metadata writes sorted by the UTF-8 bytes of their keys; ranges stay in the order made. */
export declare function encodeReadWriteSet(sets: readonly NamespaceSet[]): Uint8Array;
export declare function decodeReadWriteSet(bytes: Uint8Array): NamespaceSet[];
/** Order of Go strings: by UTF-8 bytes. */
export declare function compareUtf8(a: string, b: string): number;
/** `namespaces/fields/<chaincode>/Sequence`: the key in `_lifecycle` that every simulation reads first. */
export declare function lifecycleSequenceKey(chaincode: string): string;
/** Metadata name of a state-based endorsement policy: `VALIDATION_PARAMETER`. */
export declare const VALIDATION_PARAMETER: string;

// ---- endorsement ----
export interface ChaincodeEvent {
  chaincode: string;
  txId: string;
  name: string;
  payload: Uint8Array;
}
export interface ChaincodeResponse {
  status: number;
  message: string;
  payload: Uint8Array;
}
export interface ChaincodeAction {
  results: Uint8Array;
  event?: ChaincodeEvent | undefined;
  response: ChaincodeResponse;
  chaincode: { name: string; version: string };
}
/** peer.ProposalResponsePayload bytes over a peer.ChaincodeAction. */
export declare function encodeResponsePayload(proposalHash: Uint8Array, action: ChaincodeAction): Uint8Array;
export declare function decodeResponsePayload(bytes: Uint8Array): { proposalHash: Uint8Array; action: ChaincodeAction };
export interface Endorsement {
  endorser: Uint8Array;
  signature: Uint8Array;
}
/** Signs payload || endorser. */
export declare function endorse(responsePayload: Uint8Array, endorser: SigningIdentity): Endorsement;
/** The member who endorsed. Throws BlockError IDENTITY or SIGNATURE; says nothing about policy. */
export declare function checkEndorsement(
  responsePayload: Uint8Array,
  endorsement: Endorsement,
  members: Membership,
  at?: Date,
): Member;

// ---- transaction envelopes ----
/**
 * common.Payload bytes of an endorser transaction: what the client signs to make the Envelope. One action; the header is that of the proposal,
 * byte for byte.
 */
export declare function encodeTransactionPayload(
  proposal: Pick<Proposal, 'channelHeaderBytes' | 'signatureHeaderBytes' | 'payloadWithoutTransient'>,
  responsePayload: Uint8Array,
  endorsements: readonly Endorsement[],
): Uint8Array;
export declare function encodeEnvelope(envelope: { payload: Uint8Array; signature: Uint8Array }): Uint8Array;
export interface Envelope {
  payload: Uint8Array;
  signature: Uint8Array;
  channelHeader: ChannelHeader;
  signatureHeader: SignatureHeader;
  channelHeaderBytes: Uint8Array;
  signatureHeaderBytes: Uint8Array;
  /** payload.data: a Transaction, a ConfigEnvelope, ... by header type. */
  data: Uint8Array;
}
/** Decodes an Envelope and its headers; no check but that it decodes. Throws BlockError MALFORMED. */
export declare function decodeEnvelope(bytes: Uint8Array): Envelope;
/** Creator is a member and signed the payload; txid right. Throws BlockError. */
export declare function checkEnvelope(envelope: Envelope, members: Membership, at?: Date): Member;
export interface TransactionAction {
  /** TransactionAction.header: must equal the signature header of the envelope. */
  headerBytes: Uint8Array;
  proposalPayload: Uint8Array;
  responsePayload: Uint8Array;
  endorsements: Endorsement[];
}
/** The actions of a peer.Transaction (`Envelope.data` of type 3). Fabric accepts exactly one; that is for the caller to check. */
export declare function decodeTransaction(data: Uint8Array): TransactionAction[];

// ---- blocks ----
export interface Block {
  number: number;
  previousHash: Uint8Array;
  dataHash: Uint8Array;
  /** Encoded envelopes. */
  data: Uint8Array[];
  /** Slots SIGNATURES 0, LAST_CONFIG 1, TRANSACTIONS_FILTER 2, (orderer) 3, COMMIT_HASH 4: bytes of common.Metadata, except slot 2 which is one byte a transaction. */
  metadata: Uint8Array[];
}
export declare const METADATA: {
  readonly SIGNATURES: 0;
  readonly LAST_CONFIG: 1;
  readonly TRANSACTIONS_FILTER: 2;
  readonly ORDERER: 3;
  readonly COMMIT_HASH: 4;
};
export declare function encodeBlock(block: Block): Uint8Array;
/** Throws BlockError MALFORMED, also for bytes that are not the canonical encoding of what they say (unknown fields, trailing bytes). */
export declare function decodeBlock(bytes: Uint8Array): Block;
/** DER SEQUENCE{INTEGER number, OCTET STRING previousHash, OCTET STRING dataHash}: signed by the orderer, hashed for the chain. */
export declare function headerBytes(block: Pick<Block, 'number' | 'previousHash' | 'dataHash'>): Uint8Array;
export declare function headerHash(block: Pick<Block, 'number' | 'previousHash' | 'dataHash'>): Uint8Array;
/** SHA-256 of the concatenated envelopes. */
export declare function dataHash(data: readonly Uint8Array[]): Uint8Array;
/** An ordered, signed block: slots 2, 3 and 4 are empty until `commitBlock`. `previousHash` is the header hash of the block before. */
export declare function assembleBlock(options: {
  number: number;
  previousHash: Uint8Array;
  data: readonly Uint8Array[];
  lastConfig: number;
  orderer: SigningIdentity;
}): Block;
/** The block as a peer stores it: flags and commit hash set. */
export declare function commitBlock(block: Block, flags: Uint8Array, commitHash: Uint8Array): Block;
export declare function blockFlags(block: Block): Uint8Array;
export declare function blockCommitHash(block: Block): Uint8Array | undefined;
/** Orderer signature(s) and certificate chain. Throws BlockError ORDERER, IDENTITY or SIGNATURE. */
export declare function checkOrdererSignature(block: Block, orderers: Membership, at?: Date): Member;

// ---- commit hash ----
/** One key of the update batch that COMMIT_HASH covers. `value` undefined = deleted; `metadata` = encoded KVMetadata entries kept with the key. */
export interface StateUpdate {
  namespace: string;
  key: string;
  value: Uint8Array | undefined;
  metadata?: Uint8Array | undefined;
  version: Version;
}
/** SHA-256(uvarint(number of flags) || flags || update batch || previous commit hash); `previous` is empty for the first. */
export declare function commitHash(
  flags: Uint8Array,
  updates: readonly StateUpdate[],
  previous: Uint8Array | undefined,
): Uint8Array;
/** The bytes kept as metadata of a key: the entries in name order. */
export declare function encodeStateMetadata(entries: readonly { name: string; value: Uint8Array }[]): Uint8Array;

// ---- validation codes ----
/** peer.TxValidationCode by number: 'VALID', 'MVCC_READ_CONFLICT', ... 'NOT_VALIDATED'; unknown numbers give `CODE_<n>`. */
export declare function validationCode(flag: number): string;
export declare const VALIDATION_CODE: Readonly<Record<string, number>>;

// ---- checking a block from a receipt ----
export interface BlockTrust {
  channel: string;
  /** MSP id to root CA certificates (PEM). */
  ordererMsps: Record<string, string[]>;
  peerMsps: Record<string, string[]>;
  /** MSPs that must each have endorsed a VALID transaction with a `peer` certificate. */
  endorsement: string[];
  /** COMMIT_HASH of the block before, where the receipt carries it: then flags and COMMIT_HASH are recomputed as well. */
  previousCommitHash?: Uint8Array;
}
export interface OpenedTransaction {
  txId: string;
  code: string;
  type: number;
  creatorMsp: string;
  chaincode: string;
  namespaceWrites: { namespace: string; key: string; value: Uint8Array | undefined }[];
  /** MSP ids, sorted, of peers whose endorsement was checked. */
  endorsers: string[];
}
export interface OpenedBlock {
  number: bigint;
  headerHash: Uint8Array;
  previousHash: Uint8Array;
  transactions: OpenedTransaction[];
}
/**
 * Checks all that a block proves by itself: canonical encoding, data hash, orderer signature and certificate chain, and for each transaction
 * txid, creator signature and (if flagged VALID) endorsements by every MSP of `trust.endorsement`. Certificates must have been in date at the time the
 * transaction claims. The flags are the peer's own finding, signed by nobody: MVCC cannot be re-checked from one block. Throws BlockError.
 */
export declare function openBlock(block: Uint8Array, trust: BlockTrust): OpenedBlock;
