// The node as a process: killed at any moment it comes back with all that it acknowledged
import { copyFile, open, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readConnection } from '#libs/fabric-network';
import { connectLedger, type Ledger, LedgerError } from '#libs/ledger';
import { freePort, NotReady, type Program, startProgram } from './child-process.js';
import { append, ContractProcess, SiteBatches, temporaryFolder } from './test-ledger.js';

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let contract: ContractProcess;
let folder: string;
let port: number;
let node: Program;
let ledger: Ledger;

const startNode = () =>
  startProgram('ledger-node', { LEDGER_DIR: folder, LEDGER_PORT: `${port}`, CONTRACT_ADDRESS: contract.address });

beforeEach(async () => {
  temporary = await temporaryFolder();
  folder = join(temporary.path, 'ledger');
  port = await freePort();
  contract = await ContractProcess.start();
  node = await startNode();
  ledger = await connectLedger(await readConnection(folder));
});

afterEach(async () => {
  ledger.close();
  await node.stop('SIGKILL');
  await contract.stop();
  await temporary.remove();
});

const blocksFile = () => join(folder, 'blocks', 'chain');

/** The call again until the node is back. */
async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof LedgerError && error.retryable) || attempt >= 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Kills the node after a while and starts it again. */
function crashAfter(milliseconds: number): { over: boolean; done: Promise<void> } {
  const crash = { over: false, done: Promise.resolve() };
  crash.done = (async () => {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await node.stop('SIGKILL');
    node = await startNode();
    crash.over = true;
  })();
  return crash;
}

/** The code of the batch, whatever happens on the way: an unknown outcome is asked for, and the same bytes sent again. */
async function resolved(batch: object): Promise<string | undefined> {
  const { txId, envelope } = await patiently(() => ledger.prepare('append', batch));
  await ledger.submit(envelope, txId).catch(() => undefined);
  const early = await ledger.status(txId, 1_000).catch(() => undefined);
  if (early) return early.code;
  if (!(await patiently(() => ledger.exists(txId)))) await patiently(() => ledger.submit(envelope, txId));
  return (await patiently(() => ledger.status(txId, 5_000)))?.code;
}

describe('the node process', () => {
  test('says what it is when it is ready, and stops cleanly on SIGTERM', async () => {
    expect(node.ready).toMatchObject({ msg: 'ready', port, height: 2 });
    expect(node.ready.description).toMatch(/One operator holds the keys/);
    expect(await node.stop()).toBe(0);
  });

  test('comes back at the same height after a clean stop, with the same chain and state', async () => {
    const site = new SiteBatches('stop.example');
    const { txId } = await append(ledger, site.next(3));
    const head = await ledger.evaluate('head', { site: site.site });
    const block = await ledger.block(txId);
    await node.stop();
    node = await startNode();
    expect(node.ready.height).toBe(3);
    expect(await patiently(() => ledger.evaluate('head', { site: site.site }))).toEqual(head);
    expect(Buffer.from(await ledger.block(txId))).toEqual(Buffer.from(block));
    expect(await append(ledger, site.next(2))).toMatchObject({ code: 'VALID', block: 3n });
  });

  test('loses nothing acknowledged when it is killed under load, and no transaction stands twice', async () => {
    const site = new SiteBatches('kill.example');
    let appended = 0;
    for (const milliseconds of [40, 75, 110, 145]) {
      const crash = crashAfter(milliseconds);
      while (!crash.over || appended === 0) {
        expect(await resolved(site.next(1))).toBe('VALID');
        appended += 1;
      }
      await crash.done;
    }
    expect(await ledger.evaluate('head', { site: site.site })).toMatchObject({ size: appended });
    expect(await ledger.height()).toBe(BigInt(2 + appended));
  });

  test('cuts off a block that was half written, and goes on from there', async () => {
    const site = new SiteBatches('torn.example');
    await append(ledger, site.next(1));
    const whole = (await stat(blocksFile())).size;
    await append(ledger, site.next(1));
    await node.stop('SIGKILL');
    const longer = (await stat(blocksFile())).size;
    await truncate(blocksFile(), whole + Math.floor((longer - whole) / 2));
    node = await startNode();
    expect(node.ready.height).toBe(3);
    expect((await stat(blocksFile())).size).toBe(whole);
    expect(await patiently(() => ledger.evaluate('head', { site: site.site }))).toMatchObject({ size: 1 });
  });

  test('refuses to start on a changed block file, names the block, and leaves the file alone', async () => {
    const site = new SiteBatches('flip.example');
    await append(ledger, site.next(1));
    const start = (await stat(blocksFile())).size;
    await append(ledger, site.next(1));
    await append(ledger, site.next(1));
    await node.stop('SIGKILL');
    await copyFile(blocksFile(), `${blocksFile()}.copy`);
    const file = await open(blocksFile(), 'r+');
    await file.write(Buffer.of(0xff), 0, 1, start + 200);
    await file.close();
    const damaged = await readFile(blocksFile());
    const failed = await startNode().catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(NotReady);
    const { exitCode, lines } = failed as NotReady;
    expect(exitCode).toBe(1);
    expect(JSON.parse(lines.at(-1)!).reason).toMatch(/could not start: The block file .* is damaged at block 3 /);
    expect(await readFile(blocksFile())).toEqual(damaged);
    await copyFile(`${blocksFile()}.copy`, blocksFile());
    node = await startNode();
    expect(node.ready.height).toBe(5);
  });

  test('says in a sentence that an address is taken or a setting is missing', async () => {
    const second = await temporaryFolder();
    const environment = { LEDGER_DIR: join(second.path, 'ledger'), CONTRACT_ADDRESS: contract.address };
    const taken = await startProgram('ledger-node', { ...environment, LEDGER_PORT: `${port}` }).catch((error) => error);
    expect(taken).toBeInstanceOf(NotReady);
    expect(taken.lines.at(-1)).toMatch(/could not start: .*EADDRINUSE/);
    const unset = await startProgram('ledger-node', environment).catch((error) => error);
    expect(unset.lines.at(-1)).toContain('LEDGER_PORT is not set.');
    await second.remove();
  });
});

describe('the contract process', () => {
  test('may be restarted in between: the node dials again at the next call', async () => {
    const site = new SiteBatches('redial.example');
    await append(ledger, site.next(1));
    await contract.stop('SIGKILL');
    await contract.start();
    expect(await append(ledger, site.next(1))).toMatchObject({ code: 'VALID' });
  });

  test('that is down is a retryable refusal that names it, and the node goes on', async () => {
    const site = new SiteBatches('down.example');
    await append(ledger, site.next(1));
    await contract.stop('SIGKILL');
    const batch = site.next(1);
    const error = (await ledger.prepare('append', batch).catch((thrown: unknown) => thrown)) as LedgerError;
    expect(error).toMatchObject({ step: 'endorse', code: 'ABORTED', retryable: true });
    expect(error.message).toMatch(/could not launch chaincode anchor|chaincode stream terminated/);
    expect(await ledger.height()).toBe(3n);
    await contract.start();
    expect(await append(ledger, batch)).toMatchObject({ code: 'VALID' });
  });
});
