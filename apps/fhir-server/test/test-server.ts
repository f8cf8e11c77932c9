import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, SignJWT } from 'jose';
import { pino } from 'pino';
import { openBlobs } from '#libs/blob';
import { openBlock, openEnvelope } from '#libs/fabric-block';
import { capabilityStatement } from '#libs/interactions';
import { fileMasterKey, openStore, type Store } from '#libs/store';
import { createDatabase } from '../../../test/database.js';
import { readConfig } from '../src/config.js';
import { heldDefinitions } from '../src/held-definitions.js';
import { makeServer } from '../src/server.js';
import { localKeys, TokenVerifier } from '../src/token/token-verifier.js';

/** What a test says of the one who asks; the rest of the token is right. */
export interface Asking {
  scope?: string;
  fhirUser?: string;
  organization?: string;
  patient?: string;
  purpose_of_use?: string;
  client_id?: string;
  [claim: string]: unknown;
}

export interface TestServer {
  /** The FHIR base URL that the server calls its own. */
  base: string;
  /** URL of the server without `/fhir`. */
  origin: string;
  store: Store;
  /** Where content goes that is too large for a row. */
  dataDir: string;
  token(asking?: Asking): Promise<string>;
  /** A request as `asking`; a body that is no text or bytes is sent as JSON. */
  send(method: string, path: string, options?: SendOptions): Promise<Reply>;
  /** Number of rows that a request may leave behind: versions and events. */
  traces(): Promise<{ versions: number; events: number }>;
  close(): Promise<void>;
}

export interface SendOptions {
  as?: Asking | null;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A JSON answer, as far as tests look into it. */
export interface ReplyJson {
  [element: string]: unknown;
  resourceType?: string;
  issue?: { code: string; diagnostics?: string; expression?: string[] }[];
  entry?: { resource?: Record<string, unknown> }[];
  total?: number;
  link?: { relation: string; url: string }[];
}

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  json(): ReplyJson;
}

const SYSTEM: Asking = { scope: 'system/*.cruds', purpose_of_use: 'TREAT' };

/** The real server on a free port over a fresh database, with an issuer of its own. */
export async function startTestServer(
  variables: Record<string, string> = {},
  /** Folder of the packages that are added. */
  packages = 'none',
): Promise<TestServer> {
  const database = await createDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  const config = readConfig({ DATABASE_URL: database.url, DATA_DIR: dataDir, PORT: '0', ...variables });
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = 'http://issuer.test';
  const keys = localKeys({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'test' }] });
  const store = await openStore({
    url: database.url,
    masterKey: await fileMasterKey(join(dataDir, 'master.key')),
    migrations: join(import.meta.dirname, '../../../migrations'),
    base: config.base,
  });
  const installation = {
    base: config.base,
    version: '0',
    since: '2026-01-01T00:00:00.000Z',
    ledger: 'A test.',
    cors: config.corsOrigins.length > 0,
  };
  const app = await makeServer({
    config,
    services: {
      store,
      site: config.site,
      base: config.base,
      custodian: config.custodian,
      pin: async () => undefined,
      openBlock,
      openEnvelope,
      referentialIntegrity: config.referentialIntegrity,
      deletesSeveral: config.deletesSeveral,
      definitions: heldDefinitions(packages, config.requiredProfiles),
      requiredProfiles: config.requiredProfiles,
      blobs: openBlobs(variables, dataDir),
      maxContentBytes: config.maxContentBytes,
    },
    tokens: new TokenVerifier([{ issuer, audience: config.base, keys }]),
    capabilities: capabilityStatement(installation),
    log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
  });
  await app.listen(0, '127.0.0.1');
  const origin = (await app.getUrl()).replace('[::1]', 'localhost');

  const token = (asking: Asking = SYSTEM) =>
    new SignJWT({ client_id: 'test-client', ...asking })
      .setProtectedHeader({ alg: 'ES256', kid: 'test' })
      .setIssuer((asking.iss as string | undefined) ?? issuer)
      .setSubject('test-client')
      .setAudience((asking.aud as string | undefined) ?? config.base)
      .setIssuedAt()
      .setExpirationTime((asking.exp as number | undefined) ?? '5m')
      .sign(privateKey);

  const send = async (
    method: string,
    path: string,
    { as = SYSTEM, body, headers }: SendOptions = {},
  ): Promise<Reply> => {
    const response = await fetch(`${origin}${path.startsWith('/') ? path : `/fhir/${path}`}`, {
      method,
      headers: {
        ...(as === null ? {} : { authorization: `Bearer ${await token(as)}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: bytesOf(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
  };

  const count = async (table: string) =>
    Number((await store.dataSource.query(`SELECT count(*) AS n FROM ${table}`))[0].n);

  return {
    base: config.base,
    origin,
    store,
    dataDir,
    token,
    send,
    traces: async () => ({ versions: await count('version'), events: await count('event') }),
    close: async () => {
      await app.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function bytesOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
}
