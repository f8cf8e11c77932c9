import { join } from 'node:path';
import { createNetwork, openNetwork } from '#libs/fabric-network';
import { freePort, type Program, startProgram } from './child-process.js';
import { gatewayClient } from './gateway-client.js';
import { independentReplay, type Replayed } from './independent-replay.js';
import { AcknowledgedPuts, chooser } from './random-load.js';
import { startScratch } from './scratch-ledger.js';
import { temporaryFolder } from './test-ledger.js';

const IN_FLIGHT = 24;
const PATIENCE = 20_000;

export interface CrashReport {
  kills: number;
  /** Keys whose transactions were acknowledged as valid. */
  acknowledged: string[];
  /** Height that the node said at each start. */
  heights: number[];
  replayed: Replayed;
  /** What the node says itself of the last height, after all. */
  lastHeight: number;
}

/** Kills the node process again and again under load, starts it each time on what is left, and judges the blocks in the end. */
export async function crashes({ kills, seed }: { kills: number; seed: number }): Promise<CrashReport> {
  const temporary = await temporaryFolder();
  const folder = join(temporary.path, 'ledger');
  const scratch = await startScratch();
  await createNetwork(folder);
  const port = await freePort();
  const settings = { LEDGER_DIR: folder, LEDGER_PORT: `${port}`, CONTRACT_ADDRESS: scratch.address };
  const network = await openNetwork(folder);
  let node: Program = await startProgram('ledger-node', settings);
  // One client for all: it finds the node again by itself.
  const client = gatewayClient(network, port, network.organizations[0]!.client.identity);
  const choose = chooser(seed);
  const heights: number[] = [];
  const puts = new AcknowledgedPuts(client.contract, 'key', IN_FLIGHT);
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      await puts.more(1 + choose(60), PATIENCE);
      await new Promise((resolve) => setTimeout(resolve, choose(30)));
      await node.stop('SIGKILL');
      node = await startProgram('ledger-node', settings);
      heights.push(Number(node.ready.height));
    }
    const acknowledged = await puts.stop();
    await node.stop('SIGTERM');
    node = await startProgram('ledger-node', settings);
    const lastHeight = Number(node.ready.height);
    await node.stop('SIGTERM');
    const replayed = await independentReplay(join(folder, 'blocks', 'chain'));
    return { kills, acknowledged, heights, replayed, lastHeight };
  } finally {
    await puts.stop();
    client.close();
    await node.stop('SIGKILL');
    await scratch.program.stop('SIGKILL');
    await temporary.remove();
  }
}
