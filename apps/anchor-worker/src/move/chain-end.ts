// The ledger that the log leaves, read and checked from its first block to its last
import { type CarriedConsent, logKey, type Pin, readConsentValue, readLogHead } from '#libs/evidence';
import { openBlock } from '#libs/fabric-block';
import type { Ledger } from '#libs/ledger';
import { checkFollows } from '../follow/block-facts.js';
import { Stopped } from './stopped.js';

/** Where a ledger ends, and what it says of one site. */
export interface ChainEnd {
  /** Number of the last block and the hash of its header, by which the whole chain is fixed. */
  block: number;
  blockHash: Buffer;
  size: number;
  root: Buffer;
  /** The latest decision time that the site's log has named, microseconds. */
  decided: number;
  /** All versions of the Consents that the site's organisation keeps: by the text of the handle, then by version. */
  consents: CarriedConsent[];
}

type Transaction = ReturnType<typeof openBlock>['transactions'][number];

const CONSENT_VERSION = /^consent:[A-Za-z0-9_-]{43}:[1-9][0-9]*$/;
const SAY_EVERY = 1_000n;

class Reading {
  private log: Uint8Array | undefined;
  private readonly consents = new Map<string, CarriedConsent[]>();

  constructor(private readonly pin: Pin) {}

  add({ code, chaincode, namespaceWrites }: Transaction): void {
    if (code !== 'VALID' || chaincode !== this.pin.chaincode) return;
    for (const { namespace, key, value } of namespaceWrites) {
      if (namespace !== chaincode || value === undefined) continue;
      if (key === logKey(this.pin.site)) this.log = value;
      else if (CONSENT_VERSION.test(key)) this.addConsent(value);
    }
  }

  /** The first to record a Consent keeps it; what others keep does not move. */
  private addConsent(source: Uint8Array): void {
    const { handle, version, revoked, recorded, binding, by } = readConsentValue(source);
    const known = this.consents.get(handle);
    if (known === undefined && by !== this.pin.mspId) return;
    this.consents.set(handle, [...(known ?? []), { handle, version, revoked, recorded, binding }]);
  }

  end(block: bigint, blockHash: Uint8Array): ChainEnd {
    if (this.log === undefined)
      throw new Stopped('Nothing of this site is on the ledger yet, so there is no log that could move.');
    const { size, root } = readLogHead(this.log);
    const { decided = 0 } = JSON.parse(Buffer.from(this.log).toString('utf8')) as { decided?: number };
    const handles = [...this.consents.keys()].sort();
    const consents = handles.flatMap((handle) => this.consents.get(handle)!);
    return { block: Number(block), blockHash: Buffer.from(blockHash), size, root, decided, consents };
  }
}

/** Reads all blocks. Throws BlockError, FormatError or LedgerForked for what is wrong with one, Stopped where there is no log. */
export async function readChainEnd(
  ledger: Pick<Ledger, 'height' | 'blockAt'>,
  pin: Pin,
  say: (line: string) => void,
): Promise<ChainEnd> {
  const reading = new Reading(pin);
  const height = await ledger.height();
  let previous: Uint8Array = Buffer.from(pin.genesis, 'hex');
  for (let number = 1n; number < height; number += 1n) {
    const { headerHash, previousHash, transactions } = openBlock(await ledger.blockAt(number), pin);
    checkFollows(number, previousHash, previous);
    for (const transaction of transactions) reading.add(transaction);
    previous = headerHash;
    if (number % SAY_EVERY === 0n) say(`Checked ${number} of ${height} blocks of the ledger in use ...`);
  }
  return reading.end(height - 1n, previous);
}
