// Every block of the ledger, opened under the pin and put in order: written for the checker, from nothing that the worker uses

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBlock } from '#libs/fabric-block';
import { readConnection } from '#libs/fabric-network';
import { connectLedger } from '#libs/ledger';

export interface LedgerScan {
  /** What VALID transactions have written under `log:<site>`, in the order of the blocks. */
  logs: { first: number; size: number; leaves: Buffer; consents: object[]; violations: object[]; txId: string }[];
  /** The same under `consent:<handle>:<version>`. */
  consents: { handle: string; version: number; recorded: number; binding: number; state: string }[];
  /** All bytes of all blocks. */
  blocks: Buffer[];
}

/** Reads the whole ledger. Throws where a block does not hold or does not follow the one before it. */
export async function scanLedger(dataDir: string, site: string): Promise<LedgerScan> {
  const pin = JSON.parse(await readFile(join(dataDir, 'pin.json'), 'utf8'));
  const ledger = await connectLedger(await readConnection(join(dataDir, 'ledger')));
  const scan: LedgerScan = { logs: [], consents: [], blocks: [Buffer.from(await ledger.genesis())] };
  let previous = Buffer.from(pin.genesis, 'hex');
  try {
    const height = await ledger.height();
    for (let number = 1n; number < height; number += 1n) {
      const bytes = Buffer.from(await ledger.blockAt(number));
      scan.blocks.push(bytes);
      const block = openBlock(bytes, pin);
      if (!previous.equals(block.previousHash)) throw new Error(`block ${number} does not follow the one before it`);
      previous = Buffer.from(block.headerHash);
      const valid = block.transactions.filter(({ code }) => code === 'VALID');
      for (const { txId, namespaceWrites } of valid)
        for (const { key, value } of namespaceWrites) note(scan, site, key, value, txId);
    }
  } finally {
    ledger.close();
  }
  return scan;
}

function note(scan: LedgerScan, site: string, key: string, value: Uint8Array | undefined, txId: string): void {
  if (value === undefined) return;
  const text = Buffer.from(value).toString('utf8');
  if (key === `log:${site}`) {
    const { first, size, leaves, consents, violations } = JSON.parse(text);
    scan.logs.push({ first, size, leaves: Buffer.from(leaves, 'base64'), consents, violations, txId });
  } else if (/^consent:[^:]+:\d+$/.test(key)) scan.consents.push(JSON.parse(text));
}
