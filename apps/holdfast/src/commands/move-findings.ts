import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError, Mismatch, openAdoption, type Pin, parsePin } from '#libs/evidence';
import { openBlock } from '#libs/fabric-block';
import { movingTo } from '../network/adopt/moving.js';

/** One thing looked at: whether it is as it should be, in a sentence. */
interface MoveFinding {
  good: boolean;
  sentence: string;
}

function adoptionFinding(pin: Pin): MoveFinding {
  try {
    const { size, endorsers } = openAdoption(pin, openBlock);
    return {
      good: true,
      sentence: `The first ${size} places of the log came from another ledger: ${endorsers.join(', ')} took them over.`,
    };
  } catch (error) {
    if (error instanceof Mismatch || error instanceof FormatError)
      return { good: false, sentence: `What pin.json says of the ledger before does not hold: ${error.message}.` };
    throw error;
  }
}

/** Whether the log is between two ledgers, and whether what the pin says of one before holds. Nothing where it never moved. */
export function moveFindings(dataDir: string): MoveFinding[] {
  const to = movingTo(dataDir);
  if (to !== undefined)
    return [
      {
        good: false,
        sentence: `The log is on its way to the ledger in ${to}: "holdfast network adopt" goes on with that.`,
      },
    ];
  const path = join(dataDir, 'pin.json');
  if (!existsSync(path)) return [];
  const pin = parsePin(readFileSync(path));
  return pin.adopted ? [adoptionFinding(pin)] : [];
}
