// A whole site for a test: Postgres, ledger node, contract and data folder, and the one checker that judges after every fault
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import {
  type EventDraft,
  entryAt,
  type LogValue,
  leafEntry,
  logKey,
  type MadeEvent,
  makeEvent,
  ONE_OPERATOR,
  type Pin,
  type Receipt,
  readLogValue,
  receiptText,
  verifyReceipt,
} from '#libs/evidence';
import { envelopeInBlock, openBlock, openEnvelope } from '#libs/fabric-block';
import { type Ledger, LedgerError } from '#libs/ledger';
import { fileMasterKey, type Lease, openStore, receiptOfLeaf, releaseLease, type Store, takeLease } from '#libs/store';
import { ContractProcess, type TestLedger, testLedger } from '../../ledger-node/test/test-ledger.js';
import { Anchorer } from '../src/anchor/anchorer.js';
import { ConsentAnchorer } from '../src/anchor/consent-anchorer.js';
import { type Database, openDatabase } from '../src/database.js';
import { OpenedBlocks } from '../src/follow/opened-blocks.js';
import { type Installation, openInstallation } from '../src/installation/installation.js';

export const SITE = 'site-a';

async function admin(sql: string): Promise<void> {
  const client = new Client(process.env.TEST_DATABASE_URL);
  await client.connect();
  await client.query(sql);
  await client.end();
}

interface OutboxRow {
  id: string;
  decision: 'permit' | 'deny';
  leaf: Buffer;
  leaf_index: string | null;
  /** Another leaf stands in its place, and it has no receipt. */
  parked: boolean;
}

export class TestSite {
  private constructor(
    readonly dataDir: string,
    readonly databaseUrl: string,
    private readonly databaseName: string,
    readonly store: Store,
    readonly database: Database,
    readonly contract: ContractProcess,
    public net: TestLedger,
  ) {}

  static async open(): Promise<TestSite> {
    const dataDir = await mkdtemp(join(tmpdir(), 'anchor-worker-'));
    const name = `worker_${randomBytes(8).toString('hex')}`;
    await admin(`CREATE DATABASE ${name}`);
    const url = new URL(process.env.TEST_DATABASE_URL!);
    url.pathname = `/${name}`;
    const masterKey = await fileMasterKey(join(dataDir, 'master.key'));
    const migrations = join(import.meta.dirname, '../../../migrations');
    const store = await openStore({ url: url.href, masterKey, migrations, poolSize: 4 });
    const contract = await ContractProcess.start();
    const net = await testLedger({ contractAddress: contract.address, folder: join(dataDir, 'ledger') });
    return new TestSite(dataDir, url.href, name, store, openDatabase(url.href), contract, net);
  }

  get ledger(): Ledger {
    return this.net.ledger;
  }

  /** Records events as the server does. */
  async addEvents(count: number): Promise<void> {
    const time = await this.store.time();
    const decisions = Array.from({ length: count }, (_, i) => (i % 3 === 0 ? 'deny' : 'permit') as 'deny' | 'permit');
    await this.store.record(
      decisions.map((decision) => {
        const draft = {
          action: 'read',
          decision,
          outcome: decision === 'permit' ? 200 : 404,
          client: 'ehr',
          definitions: 'r4',
        };
        return { event: makeEvent(draft, SITE, time), decision, time, patients: [] };
      }),
    );
  }

  /** Records one event, which claims to have been `secondsAgo`. */
  async addEvent(draft: EventDraft, secondsAgo = 0): Promise<MadeEvent> {
    const time = await this.store.time();
    const event = makeEvent(draft, SITE, time - BigInt(secondsAgo) * 1_000_000n);
    await this.store.record([{ event, decision: draft.decision, time, patients: [] }]);
    return event;
  }

  /** Anchors all that waits, as a worker does. */
  async anchor(installation: Installation): Promise<void> {
    const { query, transact } = this.database;
    const lease = await takeLease(query, 'test', randomBytes(8).toString('hex'), 60);
    const patience = { statusMs: 5_000, deadAfterSeconds: 900 };
    const consents = new ConsentAnchorer({ query, transact, patience, ...installation });
    const blocks = new OpenedBlocks(installation.pin);
    const anchorer = new Anchorer({ query, transact, patience, consents, blocks, ...installation });
    while ((await anchorer.anchorNext(lease!)) > 0);
    await releaseLease(query, lease!);
  }

  /** The lease of the one that leads from now on, whoever led before. */
  async lead(): Promise<Lease> {
    await this.database.query('DELETE FROM lease');
    return (await takeLease(this.database.query, 'test', 'test', 600))!;
  }

  /** Opens the installation in the data folder: key, pin and ledger. */
  async installation(): Promise<Installation> {
    const facts = { dataDir: this.dataDir, site: SITE, operator: ONE_OPERATOR };
    return (await openInstallation(facts, new AbortController().signal, () => undefined))!;
  }

  /** The events as the outbox has them, in order of their rows. */
  outbox(): Promise<OutboxRow[]> {
    return this.database.query<OutboxRow>(
      `SELECT id::text, decision, coalesce(parked_event.leaf, event.leaf) AS leaf, place_of(id)::text AS leaf_index,
         parked_event.event IS NOT NULL AS parked
       FROM event LEFT JOIN parked_event ON event = event.id ORDER BY event.id`,
    );
  }

  /** The real ledger, but for what is replaced. */
  ledgerWith(change: Partial<Ledger>): Ledger {
    return {
      prepare: (fn, argument, endorsers) => this.ledger.prepare(fn, argument, endorsers),
      submit: (envelope, txId) => this.ledger.submit(envelope, txId),
      status: (txId, ms) => this.ledger.status(txId, ms),
      exists: (txId) => this.ledger.exists(txId),
      block: (txId) => this.ledger.block(txId),
      blockAt: (number) => this.ledger.blockAt(number),
      genesis: () => this.ledger.genesis(),
      height: () => this.ledger.height(),
      evaluate: (fn, argument) => this.ledger.evaluate(fn, argument),
      close: () => undefined,
      ...change,
    };
  }

  /** What a gateway gives when the other organisation's peer, asked beside ours, answers so. Ours, asked alone, is as it is. */
  otherPeerSaying(contractCode: string, contractDetail?: string): Partial<Ledger> {
    const refusal = { retryable: false, contractCode, ...(contractDetail !== undefined && { contractDetail }) };
    return {
      prepare: (fn, argument, endorsers) =>
        endorsers === undefined
          ? Promise.reject(new LedgerError('endorse', 'ABORTED', 'refused', refusal))
          : this.ledger.prepare(fn, argument, endorsers),
    };
  }

  /** Every leaf entry that a VALID transaction of any block has put on the site's log, in the order of the blocks. */
  async entriesOnLedger(): Promise<Buffer[]> {
    const values = await this.valuesOnLedger();
    return values.flatMap((value) =>
      Array.from({ length: value.size - value.first }, (_, i) => entryAt(value, value.first + i)!),
    );
  }

  /** Every value of the site's log that a VALID transaction has written, in the order of the blocks. */
  async valuesOnLedger(): Promise<LogValue[]> {
    const values: LogValue[] = [];
    const { trust } = this.net.node.network;
    for (let number = 1n; number < (await this.ledger.height()); number += 1n) {
      const { transactions } = openBlock(await this.ledger.blockAt(number), trust);
      const writes = transactions.filter(({ code }) => code === 'VALID').flatMap((each) => each.namespaceWrites);
      for (const { key, value } of writes) if (key === logKey(SITE)) values.push(readLogValue(value!));
    }
    return values;
  }

  /** What is wrong, in sentences: each event must have exactly one leaf in a VALID transaction, at its place, and a receipt that verifies. */
  async faults(pin: Pin, receipts = 20): Promise<string[]> {
    const rows = await this.outbox();
    const entries = await this.entriesOnLedger();
    const faults = rows.filter((row) => row.leaf_index === null).map((row) => `event ${row.id} is not anchored`);
    if (entries.length !== rows.length)
      faults.push(`${rows.length} events, but ${entries.length} leaves on the ledger`);
    for (const { id, decision, leaf, leaf_index: place } of rows) {
      const entry = entries[Number(place ?? -1)];
      if (!entry?.equals(leafEntry(decision, leaf))) faults.push(`event ${id} is not at its place ${place}`);
    }
    const step = Math.max(1, Math.floor(rows.length / receipts));
    for (let place = 0; place < rows.length; place += step) {
      if (rows.some((row) => row.parked && Number(row.leaf_index) === place)) continue;
      const { verdict, detail } = await this.verify(place, pin);
      if (verdict !== 'OK') faults.push(`leaf ${place}: ${verdict}, ${detail}`);
    }
    return faults;
  }

  /** The text of the receipt of one leaf, with the openings that are given. */
  async receipt(place: number, openings: Pick<Receipt, 'opening' | 'content'> = {}): Promise<string> {
    const parts = await receiptOfLeaf(this.database.query, place);
    if (parts === undefined || parts === 'unanchored') throw new Error(`leaf ${place} has no receipt`);
    const { record, leafIndex, treeSize, hashes, checkpoint, transaction, block, continuation, next } = parts;
    return receiptText({
      record,
      inclusion: { leafIndex, treeSize, hashes },
      checkpoint,
      transaction,
      block,
      continuation,
      successor: next && envelopeInBlock(next.block, next.transaction),
      ...openings,
    });
  }

  async verify(place: number, pin: Pin) {
    return verifyReceipt(await this.receipt(place), pin, { openBlock, openEnvelope });
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.store.close();
    await this.net.close();
    await this.contract.stop();
    await rm(this.dataDir, { recursive: true, force: true });
    await admin(`DROP DATABASE ${this.databaseName} WITH (FORCE)`);
  }
}
