// What the node holds is what anyone finds who judges its blocks again from the genesis block alone
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  blockCommitHash,
  blockFlags,
  channelConfig,
  checkDataHash,
  checkOrdererSignature,
  checkPrevious,
  commitHash,
  decodeBlock,
  decodeEnvelope,
  validateBlock,
} from '#libs/fabric-block';
import { freePort, type Program, startScript } from './child-process.js';
import { type GatewayClient, gatewayClient } from './gateway-client.js';
import { PlainState } from './plain-state.js';
import type { Step } from './scratch-chaincode.js';
import { type TestLedger, testLedger } from './test-ledger.js';

let chaincode: Program;
let net: TestLedger;
let client: GatewayClient;

beforeAll(async () => {
  const contractAddress = `127.0.0.1:${await freePort()}`;
  chaincode = await startScript(join(import.meta.dirname, 'scratch-chaincode.ts'), {
    CHAINCODE_SERVER_ADDRESS: contractAddress,
    CORE_CHAINCODE_LOGGING_LEVEL: 'CRITICAL',
  });
  net = await testLedger({ contractAddress });
  client = gatewayClient(net.node.network, net.node.port, net.node.network.organizations[0]!.client.identity);
});

afterAll(async () => {
  client.close();
  await net.close();
  await chaincode.stop('SIGKILL');
});

/** Pseudo-random, but the same in every run. */
function chooser(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % below;
  };
}

function someSteps(choose: (below: number) => number): Step[] {
  const key = () => `k${choose(12)}`;
  const all: (() => Step)[] = [
    () => ['put', key(), `${choose(1_000)}`],
    () => ['get', key()],
    () => ['delete', key()],
    () => ['range', 'k', 'l', 1 + choose(20)],
    () => ['put', key(), ''],
    () => ['policy', key(), choose(2) === 0 ? 'HospitalAMSP' : 'HospitalBMSP'],
    () => ['event', 'e', 'p'],
  ];
  return Array.from({ length: 1 + choose(4) }, () => all[choose(all.length)]!());
}

async function load(count: number): Promise<Map<number, number>> {
  const choose = chooser(20_261_121);
  const codes = new Map<number, number>();
  const worker = async () => {
    for (let left = count; left > 0; left -= 1) {
      const organizations = [undefined, undefined, ['HospitalAMSP']][choose(3)];
      const transaction = await client.contract.submitAsync('run', {
        arguments: [JSON.stringify(someSteps(choose))],
        ...(organizations && { endorsingOrganizations: organizations }),
      });
      const { code } = await transaction.getStatus();
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 12 }, worker));
  return codes;
}

test('flags, COMMIT_HASH and state of a mixed load, twelve at a time, are found again', async () => {
  const codes = await load(15);
  for (const expected of [0, 10, 11]) expect(codes.get(expected)).toBeGreaterThan(0); // VALID, policy, MVCC
  const genesis = decodeBlock(await net.ledger.genesis());
  const config = channelConfig(genesis);
  const state = new PlainState();
  const known = new Set<string>();
  let before = genesis;
  let previous: Uint8Array | undefined;
  for (let number = 1n; number < (await net.ledger.height()); number += 1n) {
    const block = decodeBlock(await net.ledger.blockAt(number));
    checkDataHash(block);
    checkPrevious(block, before);
    checkOrdererSignature(block, config.members);
    const hasTransaction = (txId: string) => known.has(txId);
    const { flags, updates } = validateBlock(block.number, block.data, { config, state, hasTransaction });
    expect([...flags]).toEqual([...blockFlags(block)]);
    previous = commitHash(flags, updates, previous);
    expect(Buffer.from(previous)).toEqual(Buffer.from(blockCommitHash(block)!));
    state.apply(updates);
    for (const bytes of block.data) known.add(decodeEnvelope(bytes).channelHeader.txId);
    before = block;
  }
  expect(state.range('anchor', '', '', 99)).toEqual(net.node.chain.state.range('anchor', '', '', 99));
});
