// What a block of the ledger says of sites, Consents and violations, after every signature in it has been checked
import { type LogValue, logKey, type Pin, readConsentValue, readLogHead } from '#libs/evidence';
import type { openBlock } from '#libs/fabric-block';
import type { BlockFacts } from '#libs/store';

type OpenedBlock = ReturnType<typeof openBlock>;
type Transaction = OpenedBlock['transactions'][number];

const LOG = /^log:/;
const CONSENT_VERSION = /^consent:[A-Za-z0-9_-]{43}:[1-9][0-9]*$/;

/** The block does not continue the chain that was followed so far. */
export class LedgerForked extends Error {
  override readonly name = 'LedgerForked';
}

/** What an opened block says. Throws FormatError for what is wrong in it. `read`: the log value in it that was read already. */
export function factsOf({ number, headerHash, transactions }: OpenedBlock, pin: Pin, read?: LogValue): BlockFacts {
  const facts: BlockFacts = { number, headerHash, heads: [], consents: [], violations: [] };
  for (const transaction of transactions)
    if (transaction.code === 'VALID' && transaction.chaincode === pin.chaincode) add(transaction, pin, facts, read);
  return facts;
}

/** A transaction that the ledger holds VALID and that proves nothing to us. */
export interface Doubt {
  block: bigint;
  txId: string;
  reason: string;
}

/**
 * Those of our contract, or of none that can be read: what they did to the state is not followed. Who joined later than our pin knows
 * is left out, and so are other contracts.
 */
export function doubtsOf({ number: block, transactions }: OpenedBlock, pin: Pin): Doubt[] {
  return transactions.flatMap(({ txId, chaincode, unproven }) => {
    const isOurs = chaincode === '' || chaincode === pin.chaincode;
    return unproven && isOurs && unproven.reason !== 'IDENTITY' ? [{ block, txId, reason: unproven.reason }] : [];
  });
}

/** Throws LedgerForked when the block does not follow the one whose header has the hash `previous`. */
export function checkFollows(number: bigint, previousHash: Uint8Array, previous: Uint8Array): void {
  if (Buffer.compare(previousHash, previous) !== 0)
    throw new LedgerForked(`block ${number} of the ledger does not follow the block before it`);
}

function add({ namespaceWrites, txId }: Transaction, pin: Pin, facts: BlockFacts, read: LogValue | undefined): void {
  for (const { namespace, key, value } of namespaceWrites) {
    if (namespace !== pin.chaincode || value === undefined) continue;
    const isRead = read?.txId === txId && logKey(read.site) === key;
    if (LOG.test(key)) addLog(isRead ? read : readLogHead(value), txId, facts);
    else if (CONSENT_VERSION.test(key)) addConsent(value, txId, facts);
  }
}

function addLog(log: ReturnType<typeof readLogHead>, txId: string, { heads, violations }: BlockFacts): void {
  const { site, mspId, first, size, root, violations: marked } = log;
  heads.push({ site, mspId, size, root, txId });
  violations.push(...marked.map((violation) => ({ site, first, txId, ...violation })));
}

function addConsent(value: Uint8Array, txId: string, { consents }: BlockFacts): void {
  const { by: mspId, txId: _, ...consent } = readConsentValue(value);
  consents.push({ ...consent, mspId, txId });
}
