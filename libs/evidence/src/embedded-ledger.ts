/** What the embedded ledger is, in words for receipts, `/metadata` and the node's first line. */
export const EMBEDDED_LEDGER =
  "Embedded ledger: Hyperledger Fabric's protocol and block format in one process. One operator holds the keys of all organisations and of the orderer, so agreement between organisations proves nothing here beyond that operator's word.";
