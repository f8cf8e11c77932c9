import { z } from 'zod';
import { isSite, ONE_OPERATOR } from '#libs/evidence';

const environment = z.object({
  DATABASE_URL: z.string().min(1),
  DATA_DIR: z.string().min(1).default('.holdfast'),
  SITE: z.string().refine(isSite, 'is no site name').default('site-a'),
  METRICS_PORT: z.coerce.number().int().min(0).max(65535).optional(),
  LEDGER_OPERATOR: z.string().min(1).default(ONE_OPERATOR),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** All that the worker is told from outside. */
export interface Config {
  databaseUrl: string;
  dataDir: string;
  site: string;
  /** Port on loopback for `/metrics`; none when absent. */
  metricsPort: number | undefined;
  /** In words, who operates the ledger: goes into the pin. */
  ledgerOperator: string;
  logLevel: string;
}

/** Reads the configuration. Throws Error with one sentence naming the variable that is wrong. */
export function readConfig(variables: NodeJS.ProcessEnv): Config {
  const { success, data, error } = environment.safeParse(variables);
  if (!success) {
    const issue = error.issues[0];
    throw new Error(`The environment variable ${issue?.path.join('.')} is not usable: ${issue?.message}`);
  }
  return {
    databaseUrl: data.DATABASE_URL,
    dataDir: data.DATA_DIR,
    site: data.SITE,
    metricsPort: data.METRICS_PORT,
    ledgerOperator: data.LEDGER_OPERATOR,
    logLevel: data.LOG_LEVEL,
  };
}
