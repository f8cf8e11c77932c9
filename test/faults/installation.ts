// A whole installation under test: Postgres, the four programs on ports that stay, and a way to ask
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { readConfig } from '../../apps/holdfast/src/config.js';
import { issueToken } from '../../apps/holdfast/src/token/issue-token.js';
import { freePort } from '../../apps/ledger-node/test/child-process.js';
import { createDatabase, type TestDatabase } from '../database.js';
import { FaultyProgram, type Program, type ProgramName } from './programs.js';
import { realLedger } from './real-network.js';

export const SITE = 'site-a';
/** Where it is set, the ledger is a real Fabric network. */
const { FABRIC_BIN } = process.env;

async function embeddedLedger(dataDir: string): Promise<{ 'ledger-node': Program; 'anchor-contract': Program }> {
  const address = `127.0.0.1:${await freePort()}`;
  return {
    'ledger-node': new FaultyProgram('ledger-node', {
      LEDGER_DIR: join(dataDir, 'ledger'),
      LEDGER_PORT: String(await freePort()),
      CONTRACT_ADDRESS: address,
    }),
    'anchor-contract': new FaultyProgram('anchor-contract', {
      CHAINCODE_SERVER_ADDRESS: address,
      CHAINCODE_ID: 'anchor:1.0.0',
    }),
  };
}

export class InstallationUnderTest {
  private constructor(
    readonly dataDir: string,
    readonly database: TestDatabase,
    readonly pool: Pool,
    readonly base: string,
    readonly programs: Readonly<Record<ProgramName, Program>>,
    /** A second worker, where a test wants two. */
    readonly secondWorker: Program,
    /** Tokens of the custodian's system and of a practitioner elsewhere, who sees only what Consents permit. */
    readonly tokens: { system: string; stranger: string },
  ) {}

  static async open(variables: Record<string, string> = {}): Promise<InstallationUnderTest> {
    const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-faults-'));
    for (const folder of ['keys', 'ledger']) await mkdir(join(dataDir, folder), { mode: 0o700 });
    const database = await createDatabase();
    const api = await freePort();
    const settings = { DATA_DIR: dataDir, PORT: String(api), SITE };
    const config = readConfig(settings);
    const tokens = {
      system: await issueToken({ scope: 'system/*.cruds', purpose: 'TREAT', expires: 36_000 }, config),
      stranger: await issueToken(
        {
          scope: 'user/*.rs',
          user: 'Practitioner/9',
          organization: 'Organization/elsewhere',
          purpose: 'TREAT',
          expires: 36_000,
        },
        config,
      ),
    };
    const shared = { ...settings, DATABASE_URL: database.url, LOG_LEVEL: 'info', ...variables };
    const programs = {
      'fhir-server': new FaultyProgram('fhir-server', shared),
      'anchor-worker': new FaultyProgram('anchor-worker', shared),
      ...(FABRIC_BIN ? await realLedger(dataDir, FABRIC_BIN) : await embeddedLedger(dataDir)),
    };
    const pool = new Pool({ connectionString: database.url, max: 4 });
    pool.on('error', () => undefined);
    const base = `http://127.0.0.1:${api}/fhir`;
    const second = new FaultyProgram('anchor-worker', shared);
    const installation = new InstallationUnderTest(dataDir, database, pool, base, programs, second, tokens);
    for (const program of Object.values(programs)) if (!program.isRunning) program.start();
    await Promise.all(Object.values(programs).map((program) => program.says('ready')));
    return installation;
  }

  readonly sql = async <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await this.pool.query(text, values)).rows as Row[];

  /** A clock for a program, off by so many minutes; set again, it jumps. */
  async clock(name: string, minutes: number): Promise<string> {
    const file = join(this.dataDir, `${name}.clock`);
    await writeFile(file, String(minutes));
    return file;
  }

  /** Seconds until every event and every Consent is on the ledger. Throws when it takes longer than `seconds`. */
  async drained(seconds: number): Promise<number> {
    const from = Date.now();
    for (;;) {
      const [row] = await this.sql<{ events: string; consents: string }>(
        `SELECT (SELECT count(*) FROM event) - (SELECT coalesce(max(tree_size), 0) FROM batch WHERE block IS NOT NULL) AS events,
         (SELECT count(*) FROM consent_event WHERE block_number IS NULL AND refused IS NULL) AS consents`,
      );
      if (row!.events === '0' && row!.consents === '0') return (Date.now() - from) / 1000;
      if (Date.now() - from > seconds * 1000)
        throw new Error(
          `after ${seconds} s ${row!.events} events and ${row!.consents} Consents are not on the ledger. ${this.states()}`,
        );
      await sleep(100);
    }
  }

  private states(): string {
    const programs = Object.entries(this.programs).map(([name, { state }]) => `${name} ${state}`);
    return programs.join('. ');
  }

  async close(): Promise<void> {
    await Promise.all([this.secondWorker, ...Object.values(this.programs)].map((program) => program.kill()));
    await this.pool.end();
    await this.database.drop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
