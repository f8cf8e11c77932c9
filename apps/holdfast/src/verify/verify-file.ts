// holdfast-receipt/1 and /2 from a file, checked without server or network
import { type Pin, type Verification, verifyReceipt } from '#libs/evidence';
import { openBlock, openEnvelope } from '#libs/fabric-block';
import { type Finding, finding, line, readFileOf, readPinFile } from './finding.js';
import { provenLines } from './proven-lines.js';
import { type StoredBytes, storedBytes } from './stored-bytes.js';

const ledger = { openBlock, openEnvelope };

/** The judgement on a receipt with the content in any of the forms in which it may have been recorded. */
function judge(receipt: string, pin: Pin, content: StoredBytes): Verification {
  const judged = content.forms.map((form) => verifyReceipt(receipt, pin, ledger, form));
  const held = judged.find(({ verdict }) => verdict === 'OK');
  if (held !== undefined) return held;
  const detail = 'the data of this Binary is not what the Binary names by its hash';
  return content.isWhole ? judged[0]! : { verdict: 'ALTERED', detail };
}

/**
 * Checks the receipt in `file` against the pin in `pinFile`; with `contentFile` (the version's bytes as a vread sends them)
 * the content as well. The first line is the verdict and why. Reads nothing but these files.
 */
export function verifyFile(file: string, pinFile: string, contentFile?: string): Promise<Finding> {
  return finding(async () => {
    const pin = await readPinFile(pinFile);
    const receipt = (await readFileOf(file)).toString('utf8');
    const content = contentFile === undefined ? undefined : await storedBytes(contentFile);
    const judgement = content ? judge(receipt, pin, content) : verifyReceipt(receipt, pin, ledger);
    const { verdict, detail, event } = judgement;
    const first = line(verdict, ` ${detail}`).trim();
    return event === undefined
      ? { lines: [first], exitCode: 1 }
      : { lines: [first, ...provenLines(event, pin)], exitCode: 0 };
  });
}
