// Hyperledger Fabric 3.1, peer/transaction.proto: TxValidationCode
import { peer } from '@hyperledger/fabric-protos';

/** Numbers of the validation codes by name: VALID 0, MVCC_READ_CONFLICT 11, ... NOT_VALIDATED 254. */
export const VALIDATION_CODE = peer.TxValidationCode;
export type ValidationCode = keyof typeof peer.TxValidationCode;

const NAMES = new Map<number, string>(Object.entries(VALIDATION_CODE).map(([name, number]) => [number, name]));

/** Name of a flag; `CODE_<n>` for a number that Fabric 3.1 does not know. */
export function validationCode(flag: number): string {
  return NAMES.get(flag) ?? `CODE_${flag}`;
}
