import { type ContentOpening, type LedgerReader, type Pin, parseReceipt, verifyReceipt } from '#libs/evidence';
import { openBlock, openEnvelope } from '#libs/fabric-block';
import type { ReadVersion, ReceiptVerdict, VerifyReceipt } from './import-options.js';

/**
 * The check of an import's receipts: the one verification against `pin`, and that the receipt is for the version it was
 * asked for and commits to the very bytes that were read back.
 */
export function receiptCheck(pin: Pin, ledger: LedgerReader = { openBlock, openEnvelope }): VerifyReceipt {
  return (text, about) => {
    const { verdict, detail } = verifyReceipt(text, pin, ledger);
    return verdict === 'OK' ? contentVerdict(parseReceipt(text).content, about) : { verdict, detail };
  };
}

function contentVerdict(content: ContentOpening | undefined, about: ReadVersion): ReceiptVerdict {
  if (!content) return { verdict: 'ALTERED', detail: 'the receipt does not say what it commits to' };
  const isOfVersion = content.type === about.type && content.id === about.id && content.version === about.version;
  if (!isOfVersion) return { verdict: 'ALTERED', detail: 'the receipt is of another version' };
  if (about.sha256 !== undefined && about.sha256 !== content.sha256.toString('hex')) {
    return { verdict: 'ALTERED', detail: 'what was read back is not what the event committed to' };
  }
  return { verdict: 'OK' };
}
