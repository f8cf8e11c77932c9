import { resolve } from 'node:path';
import { z } from 'zod';
import { StartError } from './start-error.js';

const SITE = /^[a-z0-9][a-z0-9.-]{0,62}$/;
const REFERENCE = /^Organization\/[A-Za-z0-9\-.]{1,64}$/;

const environment = z.object({
  PORT: z.coerce.number().int().min(1).max(65535).default(8080),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATA_DIR: z.string().min(1).default('.holdfast'),
  DATABASE_URL: z.string().min(1).optional(),
  LEDGER: z.enum(['embedded', 'fabric'], 'must be embedded or fabric').default('embedded'),
  SITE: z.string().regex(SITE, 'must be lower-case letters, digits, dots and hyphens').default('site-a'),
  CUSTODIAN: z.string().regex(REFERENCE, 'must look like Organization/id').default('Organization/custodian'),
  ISSUERS: z.string().optional(),
  BASE_URL: z.url().optional(),
});

/** What the command line is told from outside. */
export interface Config {
  port: number;
  host: string;
  /** Absolute path of the installation's folder. */
  dataDir: string;
  /** Present when the user brings a Postgres. */
  databaseUrl: string | undefined;
  /** Who runs the ledger: a program of ours, or a Fabric network. */
  ledger: 'embedded' | 'fabric';
  site: string;
  /** Reference of the organisation that runs this server. */
  custodian: string;
  /** Are token issuers configured? Then the server does not believe tokens made here. */
  hasIssuers: boolean;
  /** Base URL of the FHIR API, without a slash at the end: the audience of tokens, and where commands send requests. */
  base: string;
  /** The development issuer: `iss` of tokens made here. */
  issuer: string;
  /** All variables that are set, for the programs that `up` starts: each reads its own. */
  variables: Readonly<Record<string, string | undefined>>;
}

/** Reads the configuration; throws StartError with a sentence that names the variable. */
export function readConfig(given: Readonly<Record<string, string | undefined>> = process.env): Config {
  const variables = withoutEmpty(given);
  const parsed = environment.safeParse(variables);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new StartError(`The setting ${issue?.path.join('.')} cannot be used: ${issue?.message}.`);
  }
  const env = parsed.data;
  const origin = `http://localhost:${env.PORT}`;
  return {
    port: env.PORT,
    host: env.HOST,
    dataDir: resolve(env.DATA_DIR),
    databaseUrl: env.DATABASE_URL,
    ledger: env.LEDGER,
    site: env.SITE,
    custodian: env.CUSTODIAN,
    hasIssuers: env.ISSUERS !== undefined && env.ISSUERS.trim() !== '[]',
    base: (env.BASE_URL ?? `${origin}/fhir`).replace(/\/+$/, ''),
    issuer: `${origin}/dev`,
    variables,
  };
}

/** `PORT= npm start` means: not set. */
function withoutEmpty(variables: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
}
