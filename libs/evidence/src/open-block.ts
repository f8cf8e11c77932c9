// The shape of libs/fabric-block's openBlock and openEnvelope, passed in as functions: it is a neighbour on this floor

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

/** An endorsed transaction without its block. */
export interface LedgerEnvelope extends Omit<LedgerTransaction, 'code'> {
  /** What its endorsers read, and in which block and at which place in it each key was written last. */
  namespaceReads: { namespace: string; key: string; version: { block: number; transaction: number } | undefined }[];
}

/** Decodes such a transaction and checks all of it but what became of it; throws as OpenBlock does. */
export type OpenEnvelope = (envelope: Uint8Array, trust: LedgerTrust) => LedgerEnvelope;

/** Reads what is in the ledger's own formats. */
export interface LedgerReader {
  openBlock: OpenBlock;
  openEnvelope: OpenEnvelope;
}
