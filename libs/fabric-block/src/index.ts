// The door of fabric-block: makes and checks what Hyperledger Fabric 3.1 signs, orders and stores. No network, no files, no clock.
export { type Block, decodeBlock, encodeBlock, METADATA } from './block.js';
export { BlockError, type BlockReason } from './block-error.js';
export { checkDataHash, checkPrevious, dataHash, headerBytes, headerHash } from './block-hash.js';
export {
  assembleBlock,
  type BlockOptions,
  blockCommitHash,
  blockFlags,
  commitBlock,
  metadataBytes,
  ordererMetadata,
} from './block-metadata.js';
export { type ChannelConfig, channelConfig } from './channel-config.js';
export { commitHash } from './commit-hash.js';
export { decodeReadWriteSet } from './decode-read-write-set.js';
export { encodeReadWriteSet } from './encode-read-write-set.js';
export { checkEndorsement, type Endorsement, endorse } from './endorsement.js';
export {
  checkCreator,
  checkEnvelope,
  decodeEnvelope,
  type Envelope,
  encodeEnvelope,
  encodePayload,
} from './envelope.js';
export { envelopeInBlock } from './envelope-in-block.js';
export {
  type ChannelHeader,
  decodeChannelHeader,
  decodeSignatureHeader,
  encodeChannelHeader,
  encodeSignatureHeader,
  HEADER_TYPE,
  headerTime,
  type SignatureHeader,
  transactionId,
} from './header.js';
export { decodeIdentity, encodeIdentity, type Identity, type SigningIdentity, signingIdentity } from './identity.js';
export { decodeStateMetadata, encodeStateMetadata } from './key-metadata.js';
export { makeProposal, type ProposalOptions } from './make-proposal.js';
export { type Member, type Membership, membership } from './membership.js';
export type { MspRoots } from './msp.js';
export type { Role } from './node-role.js';
export { type BlockTrust, type OpenedBlock, openBlock } from './open-block.js';
export { type OpenedEnvelope, openEnvelope } from './open-envelope.js';
export type { OpenedTransaction } from './open-transaction.js';
export { checkOrdererSignature, lastConfig } from './orderer-signature.js';
export type { Policy } from './policy.js';
export { chaincodeOfExtension, checkProposal, openProposal, type Proposal, proposalHash } from './proposal.js';
export { RANGE_DEGREE, RangeSummary } from './range-summary.js';
export {
  type CollectionSet,
  type KeyRead,
  type KeyWrite,
  lifecycleSequenceKey,
  type MetadataWrite,
  type NamespaceSet,
  type RangeRead,
  VALIDATION_PARAMETER,
  type Version,
} from './read-write-set.js';
export {
  type ChaincodeAction,
  type ChaincodeEvent,
  type ChaincodeResponse,
  decodeEvent,
  decodeResponsePayload,
  encodeEvent,
  encodeResponsePayload,
} from './response-payload.js';
export { isLowS, type Sign, signer, verifySignature } from './signature.js';
export {
  decodeTransaction,
  encodeTransaction,
  encodeTransactionPayload,
  type ProposalParts,
  type TransactionAction,
} from './transaction.js';
export { type StateKey, type StateLookup, type StateUpdate, UpdateBatch } from './update-batch.js';
export { compareUtf8 } from './utf8-order.js';
export { type BlockVerdict, validateBlock } from './validate-block.js';
export { VALIDATION_CODE, type ValidationCode, validationCode } from './validation-code.js';
export type { StateValue, ValidationContext, ValidationState } from './validation-context.js';
