import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { readConnection } from '#libs/fabric-network';
import { connectLedger, type Ledger } from '#libs/ledger';

const APPS = join(import.meta.dirname, '../../apps');
const STRICT = { PATH: process.env.PATH ?? '' };

/** A ledger with the anchor contract, for which nothing else is done on the machine. */
export interface LedgerUnderLoad {
  name: string;
  ledger: Ledger;
  /** Bytes of memory of the node, or of all peers and orderers; undefined where the system does not say. */
  memory(): Promise<number | undefined>;
  /** Seconds of processor time, by program, that have been used; undefined where the system does not say. */
  processorSeconds(): Promise<Record<string, number | undefined>>;
  /** Stops the nodes and starts them again; gives milliseconds from their start until they answer. */
  restart?(): Promise<number>;
  close(): Promise<void>;
}

async function started(app: string, environment: Record<string, string>, flags: readonly string[] = []) {
  const args = ['--no-deprecation', ...flags, join(APPS, app, 'src/main.js')];
  const child = spawn(process.execPath, args, {
    env: { ...STRICT, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout! }))
    if (JSON.parse(line).msg === 'ready') {
      child.stdout!.resume();
      return child;
    }
  throw new Error(`${app} ended before it was ready`);
}

async function stopped(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

/** Resident memory as Linux tells it. */
async function residentBytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(status);
  return found ? Number(found[1]) * 1024 : undefined;
}

/** User and system time, which Linux tells in hundredths of a second. */
async function processorSeconds(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const [user, system] = stat?.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number) ?? [];
  return user === undefined || system === undefined ? undefined : (user + system) / 100;
}

/** This process, which is the client. */
function ownSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}

/** Flags of Node, for each of the two programs. */
export interface Flags {
  node: readonly string[];
  contract: readonly string[];
}

/** The embedded node, its contract and a client, each a process, on a folder that is kept. */
export async function embeddedLedger(folder: string, flags: Flags): Promise<LedgerUnderLoad> {
  const address = `127.0.0.1:${await freePort()}`;
  const environment = { CHAINCODE_SERVER_ADDRESS: address, CHAINCODE_ID: 'anchor:1' };
  const contract = await started('anchor-contract', environment, flags.contract);
  const settings = { LEDGER_DIR: folder, LEDGER_PORT: `${await freePort()}`, CONTRACT_ADDRESS: address };
  let node = await started('ledger-node', settings, flags.node);
  const ledger = await connectLedger(await readConnection(folder));
  return {
    name: 'embedded node',
    ledger,
    memory: () => residentBytes(node.pid!),
    processorSeconds: async () => ({
      node: await processorSeconds(node.pid!),
      contract: await processorSeconds(contract.pid!),
      client: ownSeconds(),
    }),
    async restart() {
      await stopped(node);
      const start = performance.now();
      node = await started('ledger-node', settings, flags.node);
      return performance.now() - start;
    },
    async close() {
      ledger.close();
      await stopped(node);
      await stopped(contract);
    },
  };
}

async function network(folder: string, fabricBin: string, ...args: string[]): Promise<void> {
  const environment = { ...STRICT, DATA_DIR: folder, FABRIC_BIN: fabricBin };
  const main = join(APPS, 'holdfast/src/main.js');
  const child = spawn(process.execPath, [main, 'network', ...args], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`holdfast network ${args.join(' ')} ended with ${code}: ${said.trim()}`);
}

/** The peers and orderers that the keeper of the network in `folder` has started: its children but the contract. */
async function fabricPrograms(folder: string): Promise<number[]> {
  const { pid } = JSON.parse(await readFile(join(folder, 'network', 'lock'), 'utf8'));
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const programs = children.split(' ').filter(Boolean).map(Number);
  const names = await Promise.all(programs.map((child) => readFile(`/proc/${child}/comm`, 'utf8').catch(() => '')));
  return programs.filter((_, index) => /^(peer|orderer)$/.test(names[index]!.trim()));
}

async function sum(folder: string, of: (pid: number) => Promise<number | undefined>): Promise<number | undefined> {
  const values = await Promise.all((await fabricPrograms(folder)).map(of));
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? known.reduce((total, value) => total + value, 0) : undefined;
}

/** Two hospitals with a peer each and an orderer, by the programs of Fabric. */
export async function fabricLedger(folder: string, fabricBin: string): Promise<LedgerUnderLoad> {
  await network(folder, fabricBin, 'up', '--port', '17050');
  const ledger = await connectLedger(await readConnection(join(folder, 'ledger')));
  return {
    name: 'Fabric network: two peers and an orderer',
    ledger,
    memory: () => sum(folder, residentBytes),
    processorSeconds: async () => ({ nodes: await sum(folder, processorSeconds), client: ownSeconds() }),
    async close() {
      ledger.close();
      await network(folder, fabricBin, 'down');
    },
  };
}
