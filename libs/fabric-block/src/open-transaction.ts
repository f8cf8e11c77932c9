// Hyperledger Fabric 3.1, peer/transaction.proto: what one transaction of a block proves by itself
import { BlockError } from './block-error.js';
import { decodeReadWriteSet } from './decode-read-write-set.js';
import { checkEndorsement } from './endorsement.js';
import { checkCreator, checkEnvelope, decodeEnvelope, type Envelope } from './envelope.js';
import { HEADER_TYPE, headerTime } from './header.js';
import type { Member, Membership } from './membership.js';
import { chaincodeOfExtension, proposalHash } from './proposal.js';
import type { NamespaceSet } from './read-write-set.js';
import { decodeResponsePayload } from './response-payload.js';
import { decodeTransaction, type TransactionAction } from './transaction.js';

export interface OpenedTransaction {
  txId: string;
  /** Name of the peer's validation flag, such as VALID or MVCC_READ_CONFLICT. */
  code: string;
  /** common.HeaderType: 3 is a chaincode transaction, 1 a channel configuration. */
  type: number;
  creatorMsp: string;
  chaincode: string;
  /** Public writes; value undefined = deleted. Empty unless VALID. */
  namespaceWrites: { namespace: string; key: string; value: Uint8Array | undefined }[];
  /** MSP ids, sorted, whose peers' endorsements were checked. Empty unless VALID. */
  endorsers: string[];
  /**
   * Why a transaction flagged VALID proves nothing and shows no writes: made by an organisation that is not trusted
   * (IDENTITY), not endorsed as `trust` demands (ENDORSEMENT), encoded otherwise than canonically, or anything else. A channel may
   * well have such, of other contracts, under policies of single keys, by those who joined later, or by a member who means harm:
   * they spoil nothing that stands beside them.
   */
  unproven?: BlockError;
}

export interface TransactionTrust {
  channel: string;
  peers: Membership;
  orderers: Membership;
  endorsement: readonly string[];
  atLeast?: number;
}

/** Chaincodes whose definitions are agreed under a policy of their own. */
const LIFECYCLE = '_lifecycle';

/** Checks all of a transaction that the peer flagged VALID; what is wrong with it is told in `unproven`. */
export function openValidTransaction(bytes: Uint8Array, trust: TransactionTrust): OpenedTransaction {
  try {
    return checkedTransaction(bytes, trust);
  } catch (error) {
    const unproven =
      error instanceof BlockError ? error : new BlockError('MALFORMED', 'The transaction cannot be read.');
    return { ...describeInvalid(bytes, 'VALID'), unproven };
  }
}

function checkedTransaction(bytes: Uint8Array, trust: TransactionTrust): OpenedTransaction {
  const envelope = decodeEnvelope(bytes);
  const { type, channelId } = envelope.channelHeader;
  if (channelId !== trust.channel) throw new BlockError('HEADER', 'A transaction is of another channel.');
  if (type === HEADER_TYPE.CONFIG) return configuration(envelope, trust);
  if (type !== HEADER_TYPE.ENDORSER_TRANSACTION) {
    throw new BlockError('HEADER', `A valid transaction cannot have header type ${type}.`);
  }
  return endorserTransaction(envelope, trust);
}

/** What can be told of a transaction in which anything may be: nothing is checked. */
export function describeInvalid(bytes: Uint8Array, code: string): OpenedTransaction {
  const unknown = { txId: '', code, type: -1, creatorMsp: '', chaincode: '', namespaceWrites: [], endorsers: [] };
  try {
    const { channelHeader } = decodeEnvelope(bytes);
    return { ...unknown, txId: channelHeader.txId, type: channelHeader.type };
  } catch {
    return unknown;
  }
}

/** A configuration is signed by the orderer that wrote it. What it says is not looked at. */
function configuration(envelope: Envelope, trust: TransactionTrust): OpenedTransaction {
  const orderer = checkCreator(envelope, trust.orderers, headerTime(envelope.channelHeader));
  const { txId, type } = envelope.channelHeader;
  const nothing = { chaincode: '', namespaceWrites: [], endorsers: [] };
  return { txId, code: 'VALID', type, creatorMsp: orderer.mspId, ...nothing };
}

function endorserTransaction(envelope: Envelope, trust: TransactionTrust): OpenedTransaction {
  const { txId, type } = envelope.channelHeader;
  const chaincode = chaincodeOfExtension(envelope.channelHeader.extension);
  const known = { txId, code: 'VALID', type, chaincode };
  const at = headerTime(envelope.channelHeader);
  if (!at) throw new BlockError('HEADER', 'A transaction claims no time.');
  const creator = checkEnvelope(envelope, trust.peers, at);
  const action = onlyAction(envelope);
  const { action: result } = checkProposalHash(envelope, action);
  if (result.chaincode.name !== chaincode) {
    throw new BlockError('HEADER', 'The result of a transaction is that of another chaincode.');
  }
  const sets = decodeReadWriteSet(result.results);
  const found = { ...known, creatorMsp: creator.mspId, endorsers: endorserMsps(action, trust.peers, at) };
  const unproven = policyFailure(chaincode, sets, found.endorsers, trust);
  return unproven ? { ...found, namespaceWrites: [], unproven } : { ...found, namespaceWrites: writes(sets) };
}

function onlyAction(envelope: Envelope): TransactionAction {
  const [action, ...others] = decodeTransaction(envelope.data);
  if (!action || others.length > 0) throw new BlockError('HEADER', 'A valid transaction has exactly one action.');
  if (Buffer.compare(action.headerBytes, envelope.signatureHeaderBytes) === 0) return action;
  throw new BlockError('HEADER', 'The action of a transaction has another header than its envelope.');
}

function checkProposalHash(envelope: Envelope, action: TransactionAction): ReturnType<typeof decodeResponsePayload> {
  const response = decodeResponsePayload(action.responsePayload);
  const expected = proposalHash({ ...envelope, payloadWithoutTransient: action.proposalPayload });
  if (Buffer.compare(response.proposalHash, expected) === 0) return response;
  throw new BlockError('PROPOSAL_HASH', 'The endorsed result does not belong to the proposal in the transaction.');
}

/**
 * As in Fabric, an endorsement that does not hold counts for nothing and spoils nothing: anyone can add one to their
 * transaction.
 */
function endorserMsps(action: TransactionAction, peers: Membership, at: Date): string[] {
  const msps = action.endorsements.flatMap((endorsement) => {
    const endorser = goodEndorser(action.responsePayload, endorsement, peers, at);
    return endorser?.role === 'peer' ? [endorser.mspId] : [];
  });
  return [...new Set(msps)].sort();
}

function goodEndorser(...endorsement: Parameters<typeof checkEndorsement>): Member | undefined {
  try {
    return checkEndorsement(...endorsement);
  } catch {
    return undefined;
  }
}

function policyFailure(
  chaincode: string,
  sets: readonly NamespaceSet[],
  endorsers: readonly string[],
  { endorsement, atLeast = endorsement.length }: TransactionTrust,
): BlockError | undefined {
  const foreign = sets.some((set) => set.namespace !== chaincode && set.writes.length + set.metadataWrites.length > 0);
  if (foreign) return new BlockError('ENDORSEMENT', 'The transaction writes to a namespace that is not its chaincode.');
  const [needed, counted] =
    chaincode === LIFECYCLE ? [1, endorsers] : [atLeast, endorsers.filter((mspId) => endorsement.includes(mspId))];
  // Whatever the rule, what nobody has endorsed proves nothing.
  if (counted.length >= Math.max(needed, 1)) return undefined;
  const by = counted.length > 0 ? `by ${counted.join(', ')} alone` : 'by nobody';
  const demanded = `${needed} of ${endorsement.join(', ')} must endorse it`;
  return new BlockError('ENDORSEMENT', `The transaction is endorsed ${by}, but ${demanded}.`);
}

function writes(sets: readonly NamespaceSet[]): OpenedTransaction['namespaceWrites'] {
  return sets.flatMap(({ namespace, writes: keys }) =>
    keys.map(({ key, value, isDelete }) => ({ namespace, key, value: isDelete ? undefined : value })),
  );
}
