// Hyperledger Fabric 3.1 documentation, "Read-Write set semantics": what one transaction proves of the state that its endorsers had
import { BlockError } from './block-error.js';
import { decodeReadWriteSet } from './decode-read-write-set.js';
import { decodeEnvelope } from './envelope.js';
import { HEADER_TYPE } from './header.js';
import { type BlockTrust, membersOf } from './open-block.js';
import { type OpenedTransaction, openValidTransaction } from './open-transaction.js';
import type { Version } from './read-write-set.js';
import { decodeResponsePayload } from './response-payload.js';
import { decodeTransaction } from './transaction.js';

/** A transaction without its block: what was endorsed, whatever became of it. */
export interface OpenedEnvelope extends Omit<OpenedTransaction, 'code'> {
  /** Keys that the endorsers read, and where in the chain each was written last; undefined: nowhere. Empty where `unproven`. */
  namespaceReads: { namespace: string; key: string; version: Version | undefined }[];
}

/**
 * Checks an endorsed transaction by itself: all that `openBlock` checks of one that is flagged VALID. Proved is that peers of as many
 * organisations as `trust` demands gave this result on the state that they had. Not proved: that it was ever ordered, or valid. What is
 * wrong with it is told in `unproven`. Throws BlockError for what is proven and no endorsed transaction.
 */
export function openEnvelope(bytes: Uint8Array, trust: BlockTrust): OpenedEnvelope {
  const peers = membersOf(trust.peerMsps);
  const orderers = membersOf(trust.ordererMsps);
  const { code: _, ...opened } = openValidTransaction(bytes, { ...trust, peers, orderers });
  if (opened.unproven) return { ...opened, namespaceReads: [] };
  if (opened.type !== HEADER_TYPE.ENDORSER_TRANSACTION)
    throw new BlockError('HEADER', 'What should be an endorsed transaction is none.');
  return { ...opened, namespaceReads: readsOf(bytes) };
}

function readsOf(bytes: Uint8Array): OpenedEnvelope['namespaceReads'] {
  return decodeTransaction(decodeEnvelope(bytes).data)
    .flatMap(({ responsePayload }) => decodeReadWriteSet(decodeResponsePayload(responsePayload).action.results))
    .flatMap(({ namespace, reads }) => reads.map(({ key, version }) => ({ namespace, key, version })));
}
