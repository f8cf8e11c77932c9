// Fabric transaction validation up to the endorsement policy: form, signature, ids, read-write set, namespaces
import {
  type ChaincodeAction,
  chaincodeOfExtension,
  checkCreator,
  decodeReadWriteSet,
  decodeResponsePayload,
  decodeTransaction,
  type Envelope,
  HEADER_TYPE,
  type NamespaceSet,
  proposalHash,
  type TransactionAction,
  transactionId,
  type ValidationCode,
} from '#libs/fabric-block';
import type { StateView } from '../state/state.js';
import { hasPolicy, majorityEndorsed, type Organizations } from './endorsement-policy.js';

export interface ValidationContext extends Organizations {
  channel: string;
  /** The state before the block. */
  state: StateView;
  /** Whether an earlier block holds a transaction of this id, valid or not. */
  hasTransaction(txId: string): boolean;
}

/** A transaction that is in order but for what others in the block may have changed. */
export interface CheckedTransaction {
  txId: string;
  sets: NamespaceSet[];
}

/** Ends the validation of one transaction with its flag. */
export class Invalid extends Error {
  constructor(readonly code: ValidationCode) {
    super(code);
  }
}

function orElse<T>(code: ValidationCode, run: () => T): T {
  try {
    return run();
  } catch {
    throw new Invalid(code);
  }
}

function require(condition: boolean, code: ValidationCode): void {
  if (!condition) throw new Invalid(code);
}

const KNOWN_TYPES: readonly number[] = [
  HEADER_TYPE.ENDORSER_TRANSACTION,
  HEADER_TYPE.CONFIG_UPDATE,
  HEADER_TYPE.CONFIG,
];

function checkHeader({ channelHeader, signatureHeader }: Envelope): void {
  const { type, epoch } = channelHeader;
  const { nonce, creator } = signatureHeader;
  const good = KNOWN_TYPES.includes(type) && epoch === 0 && nonce.length > 0 && creator.length > 0;
  require(good, 'BAD_COMMON_HEADER');
}

function checkId({ channelHeader, signatureHeader }: Envelope): void {
  const { nonce, creator } = signatureHeader;
  require(channelHeader.txId === transactionId(nonce, creator), 'BAD_PROPOSAL_TXID');
}

/** The one action, whose proposal hash must cover the headers and the proposal. */
function onlyAction(envelope: Envelope): TransactionAction & { action: ChaincodeAction } {
  const actions = decodeTransaction(envelope.data);
  const action = actions[0];
  if (!action || actions.length !== 1) throw new Error('not one action');
  const hash = proposalHash({
    channelHeaderBytes: envelope.channelHeaderBytes,
    signatureHeaderBytes: action.headerBytes,
    payloadWithoutTransient: action.proposalPayload,
  });
  const sameHeader = Buffer.compare(action.headerBytes, envelope.signatureHeaderBytes) === 0;
  const { proposalHash: claimed, action: result } = decodeResponsePayload(action.responsePayload);
  if (!sameHeader || Buffer.compare(hash, claimed) !== 0) throw new Error('the proposal hash does not match');
  return { ...action, action: result };
}

function checkChaincode(named: string, { chaincode, event }: ChaincodeAction): void {
  require(named !== '' && named === chaincode.name && chaincode.version !== '', 'INVALID_CHAINCODE');
  require(!event || event.chaincode === named, 'INVALID_OTHER_REASON');
}

function writes({ writes, metadataWrites, collections = [] }: NamespaceSet): boolean {
  const inCollections = collections.some((set) => set.writes.length + set.metadataWrites.length > 0);
  return inCollections || writes.length + metadataWrites.length > 0;
}

function checkNamespaces(invoked: string, sets: readonly NamespaceSet[], state: StateView): void {
  const names = sets.map((set) => set.namespace);
  require(new Set(names).size === names.length, 'ILLEGAL_WRITESET');
  const written = sets.filter(writes).map((set) => set.namespace);
  require([invoked, ...written].every((name) => hasPolicy(name, state)), 'INVALID_CHAINCODE');
}

/** All checks of one transaction that do not depend on the others of its block. Throws Invalid. */
export function checkTransaction(envelope: Envelope, context: ValidationContext): CheckedTransaction {
  checkHeader(envelope);
  const { channelHeader } = envelope;
  orElse('BAD_CREATOR_SIGNATURE', () => checkCreator(envelope, context.members));
  require(channelHeader.type === HEADER_TYPE.ENDORSER_TRANSACTION, 'UNSUPPORTED_TX_PAYLOAD');
  checkId(envelope);
  const { responsePayload, endorsements, action } = orElse('INVALID_ENDORSER_TRANSACTION', () => onlyAction(envelope));
  require(channelHeader.channelId === context.channel, 'TARGET_CHAIN_NOT_FOUND');
  require(!context.hasTransaction(channelHeader.txId), 'DUPLICATE_TXID');
  const invoked = orElse('BAD_HEADER_EXTENSION', () => chaincodeOfExtension(channelHeader.extension));
  const sets = orElse('BAD_RWSET', () => decodeReadWriteSet(action.results));
  checkChaincode(invoked, action);
  checkNamespaces(invoked, sets, context.state);
  require(majorityEndorsed(responsePayload, endorsements, context), 'ENDORSEMENT_POLICY_FAILURE');
  return { txId: channelHeader.txId, sets };
}
