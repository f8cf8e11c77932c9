// What the CapabilityStatement says of the ledger, and of the one before it
import { EMBEDDED_LEDGER, FormatError, Mismatch, openAdoption, type Pin } from '#libs/evidence';
import { openBlock } from '#libs/fabric-block';

const LEDGERS = {
  embedded: EMBEDDED_LEDGER,
  fabric: 'Its ledger is a Hyperledger Fabric network.',
};

/** In words, who holds the ledger; where the log has moved, also which part of it others held before. */
export function ledgerWords(ledger: keyof typeof LEDGERS, pin: Pin | undefined): string {
  return pin?.adopted === undefined ? LEDGERS[ledger] : `${LEDGERS[ledger]} ${pastWords(pin)}`;
}

function pastWords(pin: Pin): string {
  try {
    const { size, endorsers, txId } = openAdoption(pin, openBlock);
    const operator = pin.adopted?.before.operator;
    return `Places 0 to ${size - 1} of its log were on a ledger before, of which its pin says: ${operator}; ${endorsers.join(', ')} took them over in transaction ${txId}.`;
  } catch (error) {
    if (error instanceof Mismatch || error instanceof FormatError)
      return `What its pin says of a ledger before this one does not hold: ${error.message}.`;
    throw error;
  }
}
