import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConnection } from '#libs/fabric-network';
import { connectLedger, type Ledger } from '#libs/ledger';
import { CompactRange } from '#libs/merkle';
import { type LedgerNode, type NodeOptions, startNode } from '../src/node.js';
import { freePort, type Program, startProgram } from './child-process.js';

/** The contract in a process of its own, at a port that stays the same when it is started again. */
export class ContractProcess {
  private program: Program | undefined;

  private constructor(private readonly port: number) {}

  static async start(): Promise<ContractProcess> {
    const contract = new ContractProcess(await freePort());
    await contract.start();
    return contract;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const environment = { CHAINCODE_SERVER_ADDRESS: this.address, CHAINCODE_ID: 'anchor:1' };
    this.program = await startProgram('anchor-contract', environment);
  }

  async stop(signal?: NodeJS.Signals): Promise<void> {
    await this.program?.stop(signal);
  }
}

export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-ledger-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export interface TestLedger {
  folder: string;
  node: LedgerNode;
  ledger: Ledger;
  log: object[];
  close(): Promise<void>;
}

/** A node in this process on a folder of its own, and a client of it. */
export async function testLedger(options: Partial<NodeOptions> & { contractAddress: string }): Promise<TestLedger> {
  const temporary = await temporaryFolder();
  const folder = options.folder ?? join(temporary.path, 'ledger');
  const log: object[] = [];
  const failed = (error: Error) => {
    throw error;
  };
  const node = await startNode({ port: 0, log: (line) => log.push(line), failed, ...options, folder });
  const ledger = await connectLedger(await readConnection(folder));
  return {
    folder,
    node,
    ledger,
    log,
    async close() {
      ledger.close();
      await node.close();
      await temporary.remove();
    },
  };
}

/** A site's log as its owner keeps it. Leaves are random: what they stand for is not the ledger's business. */
export class SiteBatches {
  readonly range = CompactRange.of(0, []);

  constructor(readonly site: string) {}

  next(count: number): { site: string; first: number; size: number; leaves: string; root: string } {
    const first = this.range.size;
    const entries = Array.from({ length: count }, () => Buffer.concat([Buffer.of(1), randomBytes(32)]));
    for (const entry of entries) this.range.append(entry.subarray(1));
    return {
      site: this.site,
      first,
      size: this.range.size,
      leaves: Buffer.concat(entries).toString('base64'),
      root: this.range.root().toString('base64'),
    };
  }
}

/** Endorses, submits and waits; gives transaction id and code. */
export async function append(
  ledger: Ledger,
  batch: object,
): Promise<{ txId: string; envelope: Uint8Array; code: string | undefined; block: bigint | undefined }> {
  const { txId, envelope } = await ledger.prepare('append', batch);
  await ledger.submit(envelope, txId);
  const status = await ledger.status(txId, 10_000);
  return { txId, envelope, code: status?.code, block: status?.blockNumber };
}
