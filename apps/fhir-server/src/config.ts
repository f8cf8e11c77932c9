import { z } from 'zod';
import { resourceTypes } from '#libs/fhir-definitions';

const issuer = z.strictObject({ issuer: z.url(), jwksUri: z.url(), audience: z.string().min(1).optional() });

const json = (whenAbsent: string) =>
  z
    .string()
    .default(whenAbsent)
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue('is not JSON');
        return z.NEVER;
      }
    });

/** So long a timer can run: longer ones end at once. */
const LONGEST_SECONDS = Math.floor((2 ** 31 - 1) / 1_000);
const seconds = z.coerce.number().int().min(1).max(LONGEST_SECONDS);

const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65535).default(8080),
  HOST: z.string().default('127.0.0.1'),
  BASE_URL: z.url().optional(),
  DATA_DIR: z.string().default('.holdfast'),
  DATABASE_URL: z.string().min(1),
  LEDGER: z.enum(['embedded', 'fabric']).default('embedded'),
  SITE: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{0,62}$/)
    .default('site-a'),
  CUSTODIAN: z
    .string()
    .regex(/^Organization\/[A-Za-z0-9\-.]{1,64}$/)
    .default('Organization/custodian'),
  ISSUERS: json('[]').pipe(z.array(issuer)),
  REQUIRED_PROFILES: json('{}').pipe(
    z.record(
      z.string().refine((type) => resourceTypes().has(type), 'names what is no resource type of FHIR R4'),
      z.array(z.string().min(1)),
    ),
  ),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((text) => text.split(/[\s,]+/).filter((origin) => origin !== ''))
    .pipe(z.array(z.url({ protocol: /^https?$/ }))),
  REFERENTIAL_INTEGRITY: z.enum(['off', 'warn', 'refuse']).default('off'),
  CONDITIONAL_DELETE: z.enum(['single', 'multiple']).default('single'),
  MAX_BODY_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .default(16 * 1024 * 1024),
  ASYNC_JOBS: z.coerce.number().int().min(1).default(500),
  ASYNC_JOBS_PER_CLIENT: z.coerce.number().int().min(1).default(50),
  ASYNC_SECONDS: seconds.default(3600),
  ASYNC_RESULT_SECONDS: seconds.default(3600),
  ASYNC_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .default(64 * 1024 * 1024),
  MAX_BINARY_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .max(5 * 1024 ** 3)
    .default(1024 ** 3),
  MAX_LAG_SECONDS: seconds.optional(),
  MAX_BUNDLE_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .default(256 * 1024 * 1024),
});

/** Everything the server is told from outside. Times in seconds, sizes in bytes. */
export interface Config {
  port: number;
  host: string;
  /** Base URL in links and in the audience of tokens, without a slash at the end. Never taken from a request header. */
  base: string;
  dataDir: string;
  databaseUrl: string;
  site: string;
  /** Which network anchors the events. */
  ledger: 'embedded' | 'fabric';
  custodian: string;
  issuers: { issuer: string; jwksUri: string; audience?: string | undefined }[];
  /** The server's own issuer; present only where no other is configured, and only on loopback. */
  developmentIssuer?: string;
  maxBodyBytes: number;
  /** Of the content of a Binary that is sent as it is. */
  maxContentBytes: number;
  /** Seconds that an event may wait for the ledger before nothing is shown any more; no bound when absent. */
  maxLagSeconds?: number;
  /** Of a batch or transaction. */
  maxBundleBytes: number;
  /** Requests that are answered later (`Prefer: respond-async`), kept at once: of all, and of one client. */
  asyncJobs: number;
  asyncJobsPerClient: number;
  /** Such a request is given up after so many seconds, and its answer is kept for so many. */
  asyncSeconds: number;
  asyncResultSeconds: number;
  /** Of the body of such a request, and of its answer. */
  asyncBytes: number;
  /** Origins of web pages that may call the API from a browser; none if not set. */
  corsOrigins: string[];
  /** What happens to references to what is not there. */
  referentialIntegrity: 'off' | 'warn' | 'refuse';
  /** Whether a conditional delete may delete several resources. */
  deletesSeveral: boolean;
  /** By resource type: canonical URLs of the profiles that every resource of it must conform to. */
  requiredProfiles: Readonly<Record<string, readonly string[]>>;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * Reads the configuration.
 * @throws Error with one plain sentence naming the variable that is wrong, or saying that a bind address other than
 * loopback needs a configured issuer.
 */
export function readConfig(variables: Record<string, string | undefined>): Config {
  const parsed = environment.safeParse(variables);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`The setting ${issue?.path.join('.')} is not usable: ${issue?.message}.`);
  }
  const env = parsed.data;
  if (env.ISSUERS.length === 0 && !LOOPBACK.has(env.HOST)) {
    throw new Error(
      `HOST is ${env.HOST}, which is not loopback, and ISSUERS is empty: the development issuer serves loopback only. ` +
        'Set ISSUERS to the token issuers you trust, or HOST to 127.0.0.1.',
    );
  }
  const origin = `http://localhost:${env.PORT}`;
  return {
    port: env.PORT,
    host: env.HOST,
    base: (env.BASE_URL ?? `${origin}/fhir`).replace(/\/+$/, ''),
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    site: env.SITE,
    ledger: env.LEDGER,
    custodian: env.CUSTODIAN,
    issuers: env.ISSUERS,
    ...(env.ISSUERS.length === 0 ? { developmentIssuer: `${origin}/dev` } : {}),
    maxBodyBytes: env.MAX_BODY_BYTES,
    maxContentBytes: env.MAX_BINARY_BYTES,
    ...(env.MAX_LAG_SECONDS === undefined ? {} : { maxLagSeconds: env.MAX_LAG_SECONDS }),
    maxBundleBytes: Math.max(env.MAX_BUNDLE_BYTES, env.MAX_BODY_BYTES),
    asyncJobs: env.ASYNC_JOBS,
    asyncJobsPerClient: env.ASYNC_JOBS_PER_CLIENT,
    asyncSeconds: env.ASYNC_SECONDS,
    asyncResultSeconds: env.ASYNC_RESULT_SECONDS,
    asyncBytes: env.ASYNC_BYTES,
    corsOrigins: env.CORS_ORIGINS,
    referentialIntegrity: env.REFERENTIAL_INTEGRITY,
    deletesSeveral: env.CONDITIONAL_DELETE === 'multiple',
    requiredProfiles: env.REQUIRED_PROFILES,
  };
}
