// Hyperledger Fabric 3.1, core/committer/txvalidator/v20: chaincode, namespaces and endorsement of a transaction
import { peer } from '@hyperledger/fabric-protos';
import { decodeMessage } from './canonical-message.js';
import { namespacePolicies } from './chaincode-definition.js';
import { decodeReadWriteSet } from './decode-read-write-set.js';
import { checkEndorsement, type Endorsement } from './endorsement.js';
import type { Member } from './membership.js';
import type { NamespaceSet } from './read-write-set.js';
import { decodeEvent } from './response-payload.js';
import type { TransactionAction } from './transaction.js';
import { compareUtf8 } from './utf8-order.js';
import type { FormedTransaction } from './validate-form.js';
import { type KeyPolicies, writesSatisfy } from './validate-key-policies.js';
import { demand, Invalid, orInvalid, type ValidationContext } from './validation-context.js';

/** A transaction whose endorsement is enough, if what it read is still so. */
export interface EndorsedTransaction {
  txId: string;
  sets: NamespaceSet[];
}

/**
 * Throws Invalid. `keyPolicies` remembers, over the transactions of a block, whose policies of keys have been
 * changed.
 */
export function validateEndorsement(
  { envelope, action }: FormedTransaction,
  context: ValidationContext,
  keyPolicies: KeyPolicies,
): EndorsedTransaction {
  const { txId, extension } = envelope.channelHeader;
  demand(!context.hasTransaction(txId), 'DUPLICATE_TXID');
  const named = orInvalid('BAD_HEADER_EXTENSION', () => headerChaincode(extension));
  const result = orInvalid('BAD_RESPONSE_PAYLOAD', () => resultOf(action));
  const sets = orInvalid('BAD_RWSET', () => decodeReadWriteSet(result.getResults_asU8()));
  const invoked = checkChaincode(named, result);
  demand(new Set(sets.map(({ namespace }) => namespace)).size === sets.length, 'ILLEGAL_WRITESET');
  const signers = endorsers(action, context);
  for (const namespace of judged(invoked, sets)) {
    const policies = orInvalid('INVALID_CHAINCODE', () => namespacePolicies(namespace, context.config, context.state));
    const set = sets.find((one) => one.namespace === namespace);
    const enough = orInvalid('ENDORSEMENT_POLICY_FAILURE', () => writesSatisfy(set, policies, signers, keyPolicies));
    demand(enough, 'ENDORSEMENT_POLICY_FAILURE');
  }
  return { txId, sets };
}

function headerChaincode(extension: Uint8Array): peer.ChaincodeID | undefined {
  return decodeMessage(peer.ChaincodeHeaderExtension, extension, 'chaincode header extension').getChaincodeId();
}

/**
 * Not `decodeResponsePayload`: a validator has flags of its own for a missing chaincode and for a broken event, and
 * none for a missing response.
 */
function resultOf({ responsePayload }: TransactionAction): peer.ChaincodeAction {
  const response = decodeMessage(peer.ProposalResponsePayload, responsePayload, 'proposal response payload');
  const extension = response.getExtension_asU8();
  if (extension.length === 0) throw new Invalid('BAD_RESPONSE_PAYLOAD');
  return decodeMessage(peer.ChaincodeAction, extension, 'chaincode action');
}

/** The chaincode that was invoked: header, result and event must agree on it. */
function checkChaincode(named: peer.ChaincodeID | undefined, result: peer.ChaincodeAction): string {
  const ran = result.getChaincodeId();
  demand(named !== undefined && ran !== undefined, 'INVALID_OTHER_REASON');
  const invoked = named!.getName();
  demand(invoked !== '' && invoked === ran!.getName() && ran!.getVersion() !== '', 'INVALID_CHAINCODE');
  const event = result.getEvents_asU8();
  const emitter = event.length > 0 ? orInvalid('INVALID_OTHER_REASON', () => decodeEvent(event)).chaincode : invoked;
  demand(emitter === invoked, 'INVALID_OTHER_REASON');
  return invoked;
}

/**
 * Namespaces whose policy must hold: the one invoked, and each that is written to. A peer takes them in random order;
 * here the first failure names the flag.
 */
function judged(invoked: string, sets: readonly NamespaceSet[]): string[] {
  const written = sets.filter(isWritten).map(({ namespace }) => namespace);
  return [invoked, ...written.filter((namespace) => namespace !== invoked).sort(compareUtf8)];
}

function isWritten({ writes, metadataWrites, collections = [] }: NamespaceSet): boolean {
  return [{ writes, metadataWrites }, ...collections].some((set) => set.writes.length + set.metadataWrites.length > 0);
}

/** Members whose endorsements hold, each certificate once. Others count for nothing and do no harm. */
function endorsers({ responsePayload, endorsements }: TransactionAction, context: ValidationContext): Member[] {
  const found = new Map<string, Member>();
  for (const endorsement of endorsements) {
    try {
      const member = endorserOf(responsePayload, endorsement, context);
      found.set(`${member.mspId} ${member.x509.fingerprint256}`, member);
    } catch {
      // not an endorsement
    }
  }
  return [...found.values()];
}

function endorserOf(responsePayload: Uint8Array, endorsement: Endorsement, context: ValidationContext): Member {
  const { members } = context.config;
  if (context.isKnownEndorsement?.(responsePayload, endorsement)) return members.member(endorsement.endorser);
  return checkEndorsement(responsePayload, endorsement, members);
}
