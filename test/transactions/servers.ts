// Several API servers over one database, each a process that can be killed
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { readConfig } from '../../apps/holdfast/src/config.js';
import { issueToken } from '../../apps/holdfast/src/token/issue-token.js';
import { freePort } from '../../apps/ledger-node/test/child-process.js';
import { createDatabase, type TestDatabase } from '../database.js';
import { FaultyProgram } from '../faults/programs.js';

/** What came back: nothing where the connection broke. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Server {
  readonly program: FaultyProgram;
  readonly base: string;
  /** Of the custodian's system, by the server's own issuer. */
  readonly token: string;
}

export class ServersUnderTest {
  private constructor(
    readonly servers: readonly Server[],
    private readonly dataDir: string,
    private readonly database: TestDatabase,
    private readonly pool: Pool,
  ) {}

  static async open(count: number): Promise<ServersUnderTest> {
    const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-servers-'));
    await mkdir(join(dataDir, 'keys'), { mode: 0o700 });
    const database = await createDatabase();
    const ports = await Promise.all(Array.from({ length: count }, () => freePort()));
    const settings = { DATA_DIR: dataDir, PORT: String(ports[0]), BASE_URL: `http://localhost:${ports[0]}/fhir` };
    const claims = { scope: 'system/*.cruds', purpose: 'TREAT', expires: 36_000 };
    const shared = { ...settings, DATABASE_URL: database.url };
    const servers: Server[] = [];
    for (const port of ports) {
      const program = new FaultyProgram('fhir-server', { ...shared, PORT: String(port) });
      const token = await issueToken(claims, readConfig({ ...settings, PORT: String(port) }));
      servers.push({ program, base: `http://127.0.0.1:${port}/fhir`, token });
      program.start();
      await program.says('ready');
    }
    const pool = new Pool({ connectionString: database.url, max: 2 });
    pool.on('error', () => undefined);
    return new ServersUnderTest(servers, dataDir, database, pool);
  }

  readonly sql = async <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await this.pool.query(text, values)).rows as Row[];

  /** A request to one of them; undefined where the connection broke before the answer was there. */
  async send(
    { base, token }: Server,
    method: string,
    path: string,
    body?: string | Buffer<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<Reply | undefined> {
    try {
      const response = await fetch(`${base}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json', ...headers },
        ...(body === undefined ? {} : { body }),
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    } catch {
      return undefined;
    }
  }

  /** How many transactions of servers are open. */
  async transactions(): Promise<number> {
    const [row] = await this.sql<{ n: string }>(
      `SELECT count(*) AS n FROM pg_stat_activity
       WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()`,
    );
    return Number(row?.n);
  }

  /** Once no transaction of a killed server is under way any more. */
  async quiet(): Promise<void> {
    while ((await this.transactions()) > 0) await sleep(10);
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map(({ program }) => program.kill()));
    await this.pool.end();
    await this.database.drop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
