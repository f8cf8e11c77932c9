// holdfast-receipt/1 and /2: all that proves one event, in one canonical JSON text
import { canonical, type JsonObject, type JsonValue } from '#libs/fhir-json';
import { HASH_SIZE } from '#libs/merkle';
import { type ContentOpening, contentOpeningValue, readContentOpening } from './content-commitment.js';
import { FormatError } from './format-error.js';
import { canonicalValue, type Opening, openingValue, readOpening } from './opening.js';
import { bytes, count, list, object, present, text } from './shape.js';

/** The format of a receipt without a successor; one that has it is of FORMAT_OF_FOLLOWED, which older verifiers refuse. */
export const RECEIPT_FORMAT = 'holdfast-receipt/1';
const FORMAT_OF_FOLLOWED = 'holdfast-receipt/2';

/** Characters of base64 that a successor may have: a full batch is below 1.3 million, with its Consents and all endorsements. */
const MOST_OF_SUCCESSOR = 2 * 1024 * 1024;

export interface Receipt {
  /** The event record, `holdfast-evidence/1`. */
  record: Buffer;
  /** The plain names behind its pseudonyms; absent where they may not be shown or were erased. */
  opening?: Opening | undefined;
  /** What opens the content commitment; absent as above and where the event is about no content. */
  content?: ContentOpening | undefined;
  /** RFC 6962 audit path of the record's leaf. */
  inclusion: { leafIndex: number; treeSize: number; hashes: Buffer[] };
  /** Signed note of the site's checkpoint after the batch. */
  checkpoint: string;
  /** Fabric transaction id of the batch. */
  transaction: string;
  /** The raw `common.Block` that holds it. */
  block: Buffer;
  /**
   * For an event from before its log moved to another ledger: RFC 6962 consistency proof from the tree of the checkpoint to the
   * one that was adopted there. Absent in receipts that were made before the move.
   */
  continuation?: Buffer[] | undefined;
  /** The `common.Envelope` of the transaction of the log's next batch, on the same ledger. Absent while there is none. */
  successor?: Uint8Array | undefined;
}

const REQUIRED = ['format', 'record', 'inclusion', 'checkpoint', 'transaction', 'block'];

/** The one text of a receipt (RFC 8785). */
export function receiptText(receipt: Receipt): string {
  const { record, opening, content, inclusion, checkpoint, transaction, block } = receipt;
  const hashes = inclusion.hashes.map((hash) => hash.toString('base64'));
  const continuation = receipt.continuation?.map((hash) => hash.toString('base64'));
  const successor = receipt.successor && Buffer.from(receipt.successor).toString('base64');
  return canonical({
    format: successor === undefined ? RECEIPT_FORMAT : FORMAT_OF_FOLLOWED,
    record: record.toString('base64'),
    inclusion: { leafIndex: inclusion.leafIndex, treeSize: inclusion.treeSize, hashes },
    checkpoint,
    transaction,
    block: block.toString('base64'),
    ...present({ opening: opening && openingValue(opening), content: content && contentOpeningValue(content) }),
    ...present({ continuation, successor }),
  });
}

/**
 * Reads a receipt. Throws FormatError for anything but the one spelling of its content (a newline after it is
 * forgiven), unknown members included. What it says is not checked: that is `verifyReceipt`.
 */
export function parseReceipt(source: string): Receipt {
  const value = canonicalValue(Buffer.from(source.replace(/\n$/, ''), 'utf8'), 'the receipt');
  const members = membersOf(value);
  const { leafIndex, treeSize, hashes } = object(members.inclusion, 'inclusion', ['leafIndex', 'treeSize', 'hashes']);
  return {
    record: bytes(members.record, 'record'),
    opening: members.opening === undefined ? undefined : readOpening(members.opening),
    content: members.content === undefined ? undefined : readContentOpening(members.content),
    inclusion: {
      leafIndex: count(leafIndex, 'leafIndex'),
      treeSize: count(treeSize, 'treeSize'),
      hashes: hashesOf(hashes, 'hashes'),
    },
    checkpoint: text(members.checkpoint, 'checkpoint'),
    transaction: text(members.transaction, 'transaction'),
    block: bytes(members.block, 'block'),
    ...(members.continuation !== undefined && { continuation: hashesOf(members.continuation, 'continuation') }),
    ...(members.successor !== undefined && { successor: readSuccessor(members.successor) }),
  };
}

function membersOf(value: JsonValue): JsonObject {
  const format = (value as JsonObject | null)?.format;
  if (format !== RECEIPT_FORMAT && format !== FORMAT_OF_FOLLOWED)
    throw new FormatError(`the receipt is not of the format ${RECEIPT_FORMAT} or ${FORMAT_OF_FOLLOWED}`);
  const required = format === RECEIPT_FORMAT ? REQUIRED : [...REQUIRED, 'successor'];
  return object(value, 'the receipt', required, ['opening', 'content', 'continuation']);
}

function readSuccessor(value: JsonValue): Buffer {
  if (typeof value === 'string' && value.length > MOST_OF_SUCCESSOR)
    throw new FormatError('the successor is larger than any batch is');
  return bytes(value, 'successor');
}

function hashesOf(value: JsonValue | undefined, name: string): Buffer[] {
  return list(value, name, (hash, at) => bytes(hash, at, HASH_SIZE));
}
