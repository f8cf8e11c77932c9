import { EMBEDDED_LEDGER } from '#libs/evidence';
import { type LedgerNode, startNode } from './node.js';

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function fail(what: string, error: Error): never {
  say({ msg: 'failed', reason: `${what}: ${error.message}` });
  process.exit(1);
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set.`);
  return value;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`LEDGER_PORT ${text} is no port.`);
  return port;
}

function stopOn(signal: NodeJS.Signals, node: LedgerNode): void {
  process.once(signal, () => {
    node.close().then(
      () => process.exit(0),
      (error: Error) => fail('The ledger node could not stop cleanly', error),
    );
  });
}

async function main(): Promise<void> {
  const node = await startNode({
    folder: required('LEDGER_DIR'),
    port: portNumber(required('LEDGER_PORT')),
    contractAddress: required('CONTRACT_ADDRESS'),
    log: say,
    failed: (error) => fail('The chain can no longer be written, so the ledger node stops', error),
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) stopOn(signal, node);
  say({ msg: 'ready', port: node.port, height: node.chain.height, description: EMBEDDED_LEDGER });
}

main().catch((error: Error) => fail('The ledger node could not start', error));
