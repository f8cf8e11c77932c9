// The shape of libs/fabric-block's openBlock, passed in as a function: it is a neighbour on this floor

/** What a block's signatures are judged by. */
export interface LedgerTrust {
  channel: string;
  ordererMsps: Record<string, string[]>;
  peerMsps: Record<string, string[]>;
  endorsement: string[];
  atLeast?: number;
}

export interface LedgerTransaction {
  txId: string;
  code: string;
  creatorMsp: string;
  chaincode: string;
  namespaceWrites: { namespace: string; key: string; value: Uint8Array | undefined }[];
  endorsers: string[];
  /** Why the trust that was given does not reach this VALID transaction: it then shows no writes. */
  unproven?: { reason: string; message: string };
}

export interface LedgerBlock {
  number: bigint;
  transactions: LedgerTransaction[];
}

/** Decodes a block and checks every signature in it; throws an Error with a `reason` when one does not hold. */
export type OpenBlock = (block: Uint8Array, trust: LedgerTrust) => LedgerBlock;
