// Hyperledger Fabric 3.1 documentation, "Transaction flow", step 5: a flag for every transaction of a block, and what the valid ones leave in the state

import { type StateUpdate, UpdateBatch } from './update-batch.js';
import { type EndorsedTransaction, validateEndorsement } from './validate-endorsement.js';
import { validateForm } from './validate-form.js';
import { KeyPolicies } from './validate-key-policies.js';
import { readConflict } from './validate-reads.js';
import { VALIDATION_CODE, type ValidationCode } from './validation-code.js';
import { Invalid, type ValidationContext } from './validation-context.js';

/** For `commitBlock` and `commitHash`, and for the state. */
export interface BlockVerdict {
  flags: Uint8Array;
  updates: StateUpdate[];
}

/**
 * Judges the transactions of block `number` in their order, as a peer with the V2_0 validator and a key-value state
 * does. Touches nothing; the same data on the same state give the same verdict. Stricter than a peer in one thing:
 * messages that are not in canonical encoding are flagged as if they did not decode, so an orderer must not let them
 * into a block that real peers follow. Configuration transactions are for the caller.
 */
export function validateBlock(number: number, data: readonly Uint8Array[], context: ValidationContext): BlockVerdict {
  const { state } = context;
  const keyPolicies = new KeyPolicies(state);
  const endorsed = markDuplicates(data.map((bytes) => endorsedOrCode(bytes, context, keyPolicies)));
  const batch = new UpdateBatch(number, (namespace, key, collection) => state.get(namespace, key, collection));
  const codes = endorsed.map((transaction, index): ValidationCode => {
    if (typeof transaction === 'string') return transaction;
    const conflict = readConflict(transaction.sets, { state, batch });
    if (!conflict) batch.apply(index, transaction.sets);
    return conflict ?? 'VALID';
  });
  return { flags: Uint8Array.from(codes, (code) => VALIDATION_CODE[code]), updates: batch.updates() };
}

type Endorsed = EndorsedTransaction | ValidationCode;

function endorsedOrCode(bytes: Uint8Array, context: ValidationContext, keyPolicies: KeyPolicies): Endorsed {
  try {
    const endorsed = validateEndorsement(validateForm(bytes, context), context, keyPolicies);
    keyPolicies.change(endorsed.sets);
    return endorsed;
  } catch (error) {
    if (error instanceof Invalid) return error.code;
    throw error;
  }
}

/** Of several with one id in a block only the first that is endorsed may stand. */
function markDuplicates(endorsed: readonly Endorsed[]): Endorsed[] {
  const seen = new Set<string>();
  return endorsed.map((transaction) => {
    if (typeof transaction === 'string') return transaction;
    if (seen.has(transaction.txId)) return 'DUPLICATE_TXID';
    seen.add(transaction.txId);
    return transaction;
  });
}
