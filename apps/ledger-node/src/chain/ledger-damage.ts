/** The stored chain is not what was written. The message says where, in a sentence for the operator. */
export class LedgerDamage extends Error {
  override readonly name = 'LedgerDamage';
}
