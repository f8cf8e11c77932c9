// RFC 6962 section 2.1.2: that today's log extends a checkpoint which somebody kept
import {
  checkCheckpoint,
  FormatError,
  Mismatch,
  type Pin,
  pinOf,
  type Verification,
  verifyConsistency,
} from '#libs/evidence';
import { openBlock } from '#libs/fabric-block';
import { consistencyProof, latestCheckpoint, type Query } from '#libs/store';
import { type Finding, finding, line, readFileOf, readPinFile } from './finding.js';

/** Size of the earlier tree if its checkpoint holds; otherwise the judgement on it. */
function sizeOf(note: string, pin: Pin): number | Verification {
  try {
    return checkCheckpoint(note, pinOf(note, pin)).size;
  } catch (error) {
    if (error instanceof Mismatch) return { verdict: error.verdict, detail: error.message };
    if (error instanceof FormatError) return { verdict: 'ALTERED', detail: error.message };
    throw error;
  }
}

async function judge(older: string, pin: Pin, query: Query): Promise<Verification> {
  const size = sizeOf(older, pin);
  if (typeof size !== 'number') return size;
  const latest = await latestCheckpoint(query);
  if (latest === undefined) return { verdict: 'ROLLED_BACK', detail: 'the log has no anchored leaves any more' };
  try {
    const proof = size < latest.size ? await consistencyProof(query, size, latest.size) : [];
    return verifyConsistency(older, latest.checkpoint, proof, pin, openBlock);
  } catch (error) {
    if (error instanceof RangeError) return { verdict: 'DELETED', detail: `the log cannot be shown: ${error.message}` };
    throw error;
  }
}

/**
 * Checks that the log in the database begins with the leaves of the signed checkpoint in `file`. Both must be signed by the
 * key in the pin. The tiles of the log are read from the database; what they give is proven, not believed.
 */
export function verifySince(file: string, pinFile: string, query: Query): Promise<Finding> {
  return finding(async () => {
    const pin = await readPinFile(pinFile);
    const older = (await readFileOf(file)).toString('utf8');
    const { verdict, detail } = await judge(older, pin, query);
    return { lines: [line(verdict, ` ${detail}`).trim()], exitCode: verdict === 'OK' ? 0 : 1 };
  });
}
