import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.js';
import { isListening } from '../process/ports.js';
import type { ServiceSpec } from './service.js';

/** Ports on 127.0.0.1 chosen for one run. */
export interface Ports {
  api: number;
  ledger: number;
  contract: number;
}

/** Names the chaincode to the ledger node, which dials the contract under it. */
export const CHAINCODE_ID = 'anchor:1.0.0';

const apps = fileURLToPath(new URL('../../../', import.meta.url));
const follow = new URL('./follow-supervisor.js', import.meta.url).href;

function nodeArguments(name: string): string[] {
  return ['--import', follow, join(apps, name, 'src', 'main.js')];
}

/**
 * What any program needs to run at all; the ledger has no business with addresses and passwords of the rest. DATA_DIR tells whoever
 * looks at the process to which installation it belongs.
 */
function bareVariables({ variables, dataDir }: Config): Record<string, string | undefined> {
  const { PATH, HOME, TMPDIR, TZ } = variables;
  return { PATH, HOME, TMPDIR, TZ, DATA_DIR: dataDir };
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(4000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** The address to reach the API at from this machine. */
export function apiOrigin(config: Config): string {
  const host = ['0.0.0.0', '::', ''].includes(config.host) ? '127.0.0.1' : config.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${config.port}`;
}

/** For what passes batches on, in large, short-lived buffers: a heap that may be a little larger is swept a fifth as often, and grows no further for it. */
export const BATCH_HEAP_FLAGS = [
  '--initial-old-space-size=128',
  '--min-semi-space-size=32',
  '--max-semi-space-size=32',
];

export function ledgerNode(config: Config, ports: Ports): ServiceSpec {
  return {
    name: 'ledger-node',
    args: [...BATCH_HEAP_FLAGS, ...nodeArguments('ledger-node')],
    env: {
      ...bareVariables(config),
      LEDGER_DIR: join(config.dataDir, 'ledger'),
      LEDGER_PORT: String(ports.ledger),
      CONTRACT_ADDRESS: `127.0.0.1:${ports.contract}`,
      CHAINCODE_ID,
    },
    isReady: async (said) => said,
    isHealthy: () => isListening(ports.ledger),
    stopWithin: 1500,
  };
}

export function anchorContract(config: Config, ports: Ports): ServiceSpec {
  return {
    name: 'anchor-contract',
    args: [...BATCH_HEAP_FLAGS, ...nodeArguments('anchor-contract')],
    env: {
      ...bareVariables(config),
      DECISION_BOUND_SECONDS: config.variables.DECISION_BOUND_SECONDS,
      VANISHED_AFTER_DAYS: config.variables.VANISHED_AFTER_DAYS,
      CLOCK_BOUND_SECONDS: config.variables.CLOCK_BOUND_SECONDS,
      CHAINCODE_SERVER_ADDRESS: `127.0.0.1:${ports.contract}`,
      CHAINCODE_ID,
    },
    isReady: async (said) => said,
    isHealthy: () => isListening(ports.contract),
    stopWithin: 1000,
  };
}

function withDatabase(config: Config, databaseUrl: string): Record<string, string | undefined> {
  const { dataDir, site, custodian } = config;
  return { ...config.variables, DATABASE_URL: databaseUrl, DATA_DIR: dataDir, SITE: site, CUSTODIAN: custodian };
}

export function anchorWorker(config: Config, databaseUrl: string): ServiceSpec {
  return {
    name: 'anchor-worker',
    args: [...BATCH_HEAP_FLAGS, ...nodeArguments('anchor-worker')],
    env: withDatabase(config, databaseUrl),
    isReady: async (said) => said,
    stopWithin: 2000,
  };
}

export function fhirServer(config: Config, databaseUrl: string): ServiceSpec {
  const origin = apiOrigin(config);
  return {
    name: 'fhir-server',
    args: nodeArguments('fhir-server'),
    env: { ...withDatabase(config, databaseUrl), PORT: String(config.port), HOST: config.host },
    isReady: () => answersOk(`${origin}/health/ready`),
    isHealthy: () => answersOk(`${origin}/health/live`),
    stopWithin: 3000,
  };
}
