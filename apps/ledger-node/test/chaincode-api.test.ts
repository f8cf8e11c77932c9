// What fabric-shim gives a contract, on the embedded node: state, ranges, paging, history, events
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  decodeBlock,
  decodeEnvelope,
  decodeReadWriteSet,
  decodeResponsePayload,
  decodeTransaction,
  type NamespaceSet,
} from '#libs/fabric-block';
import { freePort, type Program, startScript } from './child-process.js';
import { type GatewayClient, gatewayClient, gatewayError } from './gateway-client.js';
import type { Step } from './scratch-chaincode.js';
import { type TestLedger, testLedger } from './test-ledger.js';

let chaincode: Program;
let net: TestLedger;
let client: GatewayClient;
let prefix = 0;

beforeAll(async () => {
  const contractAddress = `127.0.0.1:${await freePort()}`;
  const script = join(import.meta.dirname, 'scratch-chaincode.ts');
  chaincode = await startScript(script, {
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

beforeEach(() => {
  prefix += 1;
});

const key = (name: string): string => `${prefix}/${name}`;
const decoded = (bytes: Uint8Array): unknown[] => JSON.parse(Buffer.from(bytes).toString());

async function evaluate(...steps: Step[]): Promise<unknown[]> {
  return decoded(await client.contract.evaluate('run', { arguments: [JSON.stringify(steps)] }));
}

interface Submitted {
  txId: string;
  code: number;
  block: bigint;
  results: unknown[];
}

async function submit(...steps: Step[]): Promise<Submitted> {
  const transaction = await client.contract.submitAsync('run', { arguments: [JSON.stringify(steps)] });
  const { code, blockNumber } = await transaction.getStatus();
  return {
    txId: transaction.getTransactionId(),
    code,
    block: blockNumber,
    results: decoded(transaction.getResult()),
  };
}

async function readWriteSet({ block, txId }: Submitted): Promise<NamespaceSet[]> {
  const { data } = decodeBlock(await net.ledger.blockAt(block));
  const envelope = data.map(decodeEnvelope).find(({ channelHeader }) => channelHeader.txId === txId)!;
  const [action] = decodeTransaction(envelope.data);
  return decodeReadWriteSet(decodeResponsePayload(action!.responsePayload).action.results);
}

const VALID = 0;
const ENDORSEMENT_POLICY_FAILURE = 10;
const PHANTOM_READ_CONFLICT = 12;
const puts = (count: number): Step[] =>
  Array.from({ length: count }, (_, index) => ['put', key(`k${String(index).padStart(4, '0')}`), `${index}`]);

describe('keys', () => {
  test('a function does not see what it has written itself', async () => {
    const { results } = await submit(['put', key('a'), '1'], ['get', key('a')]);
    expect(results).toEqual([null, '']);
    expect(await evaluate(['get', key('a')])).toEqual(['1']);
  });

  test('an empty value and a deletion both remove the key', async () => {
    await submit(['put', key('a'), '1'], ['put', key('b'), '1']);
    const removed = await submit(['put', key('a'), ''], ['delete', key('b')]);
    expect(await evaluate(['get', key('a')], ['range', key(''), key('~'), 9])).toEqual(['', []]);
    const [, own] = await readWriteSet(removed);
    expect(own!.writes.map(({ isDelete }) => isDelete)).toEqual([true, true]);
  });

  test('every read-write set begins with the definition of the chaincode, and keys are in the order of their bytes', async () => {
    const names = ['z', 'é', 'a', '\u{1f600}', '\uffee'];
    const done = await submit(...names.map((name): Step => ['put', key(name), '1']), ['get', key('q')]);
    const [lifecycle, own] = await readWriteSet(done);
    expect(lifecycle).toMatchObject({
      namespace: '_lifecycle',
      reads: [{ key: 'namespaces/fields/anchor/Sequence', version: { block: 1, transaction: 0 } }],
    });
    expect(own!.namespace).toBe('anchor');
    expect(own!.reads).toEqual([{ key: key('q'), version: undefined }]);
    expect(own!.writes.map((write) => write.key)).toEqual(['a', 'z', 'é', '\uffee', '\u{1f600}'].map(key));
  });

  test('an evaluation leaves nothing behind', async () => {
    const height = await net.ledger.height();
    await evaluate(['put', key('a'), '1']);
    expect(await evaluate(['get', key('a')])).toEqual(['']);
    expect(await net.ledger.height()).toBe(height);
  });
});

describe('ranges', () => {
  test('come in the order of UTF-8 bytes, end excluded', async () => {
    const names = ['b', 'a', 'c', '\u{1f600}', '\uffee'];
    await submit(...names.map((name): Step => ['put', key(name), name]));
    const [all, some] = await evaluate(['range', key('a'), key('\u{1f601}'), 99], ['range', key('a'), key('c'), 99]);
    expect((all as string[][]).map(([, value]) => value)).toEqual(['a', 'b', 'c', '\uffee', '\u{1f600}']);
    expect((some as string[][]).map(([, value]) => value)).toEqual(['a', 'b']);
  });

  test('hand over hundreds of keys in batches, and record them as a hash tree', async () => {
    await submit(...puts(260));
    const done = await submit(['range', key(''), key('~'), 1_000], ['put', key('x'), '1']);
    expect(done.results[0]).toHaveLength(260);
    const range = (await readWriteSet(done))[1]!.ranges[0]!;
    expect(range).toMatchObject({ startKey: key(''), endKey: key('~'), exhausted: true, reads: undefined });
    expect(range.merkle).toMatchObject({ maxDegree: 50, maxLevel: 1 });
    expect(range.merkle!.hashes).toHaveLength(6);
  });

  test('record as far as was looked: the 101st key when one was taken of many', async () => {
    await submit(...puts(150));
    const done = await submit(['range', key(''), key('~'), 1], ['put', key('x'), '1']);
    const range = (await readWriteSet(done))[1]!.ranges[0]!;
    expect(range).toMatchObject({ endKey: key('k0100'), exhausted: false });
  });

  test('that are empty are recorded without reads', async () => {
    const done = await submit(['range', key('none'), key('none~'), 9], ['put', key('x'), '1']);
    expect((await readWriteSet(done))[1]!.ranges).toEqual([
      { startKey: key('none'), endKey: key('none~'), exhausted: true, reads: undefined, merkle: undefined },
    ]);
  });

  test('paging goes from bookmark to bookmark and forbids writes', async () => {
    await submit(...puts(7));
    const pages: string[][] = [];
    let bookmark = '';
    do {
      const [page] = (await evaluate(['page', key(''), key('~'), 3, bookmark])) as [
        { found: string[]; bookmark: string; count: number },
      ];
      expect(page.count).toBe(page.found.length);
      pages.push(page.found);
      bookmark = page.bookmark;
    } while (bookmark !== '');
    expect(pages.map(({ length }) => length)).toEqual([3, 3, 1]);
    expect(new Set(pages.flat()).size).toBe(7);
    const refused = await gatewayError(evaluate(['page', key(''), key('~'), 3, ''], ['put', key('x'), '1']));
    expect(refused.message).toContain('Writes are not allowed');
  });

  test('a key that appeared in the range meanwhile makes the transaction a phantom read', async () => {
    await submit(...puts(3));
    const proposal = client.contract.newProposal('run', {
      arguments: [
        JSON.stringify([
          ['range', key(''), key('~'), 99],
          ['put', key('~x'), '1'],
        ]),
      ],
    });
    const transaction = await proposal.endorse();
    await submit(['put', key('k0001a'), '1']);
    const status = await (await transaction.submit()).getStatus();
    expect(status.code).toBe(PHANTOM_READ_CONFLICT);
  });
});

describe('history, metadata and private data', () => {
  test('history is newest first, with deletions and transaction ids', async () => {
    const first = await submit(['put', key('a'), '1']);
    const second = await submit(['put', key('a'), '2']);
    const third = await submit(['delete', key('a')]);
    expect(await evaluate(['history', key('a')])).toEqual([
      [
        ['', true, third.txId],
        ['2', false, second.txId],
        ['1', false, first.txId],
      ],
    ]);
    expect(await evaluate(['history', key('never')])).toEqual([[]]);
  });

  test('private data, which the node does not have, is refused in words, and the contract lives on', async () => {
    const { message } = await gatewayError(evaluate(['private', key('a')]));
    expect(message).toMatch(/private data is not supported by the embedded ledger/);
    expect(await evaluate(['metadata', key('a')])).toEqual(['']);
  });

  test('a key with a policy of its own is judged by that and not by that of the chaincode', async () => {
    await submit(['put', key('a'), '1'], ['put', key('b'), '1']);
    const set = await submit(['policy', key('a'), 'HospitalAMSP'], ['policy', key('b'), 'HospitalBMSP']);
    expect(set.code).toBe(VALID);
    const alone = async (name: string): Promise<number> => {
      const transaction = await client.contract.submitAsync('run', {
        arguments: [JSON.stringify([['put', key(name), '2']])],
        endorsingOrganizations: ['HospitalAMSP'],
      });
      return (await transaction.getStatus()).code;
    };
    expect(await alone('a')).toBe(VALID);
    expect(await alone('b')).toBe(ENDORSEMENT_POLICY_FAILURE);
    expect(await evaluate(['get', key('a')], ['get', key('b')])).toEqual(['2', '1']);
    expect(await evaluate(['metadata', key('a')])).toEqual([expect.stringContaining('HospitalAMSP')]);
  });
});

describe('endorsement by both organisations', () => {
  test('different results are found out', async () => {
    const { code, details, message } = await gatewayError(submit(['random']));
    expect(code).toBe(10); // ABORTED
    expect(message).toContain('failed to collect enough transaction endorsements');
    expect(details).toEqual([
      { address: expect.any(String), mspId: 'HospitalBMSP', message: 'ProposalResponsePayloads do not match' },
    ]);
  });

  test('a refusal of the function says so with the message of the function', async () => {
    const error = await gatewayError(submit(['fail', 'E42 because']));
    expect(error.code).toBe(10);
    expect(error.details).toEqual([
      { address: expect.any(String), mspId: 'HospitalAMSP', message: 'chaincode response 500, E42 because' },
    ]);
    const evaluated = await gatewayError(evaluate(['fail', 'E42 because']));
    expect(evaluated.code).toBe(2); // UNKNOWN
    expect(evaluated.message).toContain(
      'evaluate call to endorser returned error: chaincode response 500, E42 because',
    );
  });

  test('one organisation alone is not enough for the policy', async () => {
    const transaction = await client.contract.submitAsync('run', {
      arguments: [JSON.stringify([['put', key('a'), '1']])],
      endorsingOrganizations: ['HospitalBMSP'],
    });
    expect((await transaction.getStatus()).code).toBe(ENDORSEMENT_POLICY_FAILURE);
    expect(await evaluate(['get', key('a')])).toEqual(['']);
    const unknown = client.contract.submitAsync('run', { arguments: ['[]'], endorsingOrganizations: ['NoMSP'] });
    expect(await gatewayError(unknown)).toMatchObject({ code: 14 });
  });

  test('many at a time keep their results apart', async () => {
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        submit(['get', key(`n${index}`)], ['put', key(`n${index}`), `${index}`]),
      ),
    );
    expect(all.map(({ code }) => code)).toEqual(all.map(() => VALID));
    const read = await evaluate(...all.map((_, index): Step => ['get', key(`n${index}`)]));
    expect(read).toEqual(all.map((_, index) => `${index}`));
  });

  test('a slow function holds up nobody else, and reads the state it began with', async () => {
    await submit(['put', key('a'), 'old']);
    const slow = evaluate(['get', key('a')], ['sleep', 400], ['get', key('a')], ['range', key(''), key('~'), 9]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await submit(['put', key('a'), 'new'], ['put', key('b'), '1']);
    expect(await evaluate(['get', key('a')])).toEqual(['new']);
    expect(await slow).toEqual(['old', null, 'old', [[key('a'), 'old']]]);
  });
});

describe('events', () => {
  test('are delivered once committed, in order, from a block on or behind a transaction', async () => {
    const one = await submit(['event', 'first', 'p1'], ['put', key('a'), '1']);
    const two = await submit(['event', 'second', 'p2'], ['put', key('a'), '2']);
    const network = client.gateway.getNetwork(net.node.network.channel);
    const seen = async (options: object, count: number): Promise<string[]> => {
      const events = await network.getChaincodeEvents(net.node.network.chaincode, options);
      const names: string[] = [];
      for await (const event of events) {
        names.push(
          `${event.eventName} ${Buffer.from(event.payload).toString()} ${event.blockNumber} ${event.transactionId}`,
        );
        if (names.length === count) break;
      }
      events.close();
      return names;
    };
    const first = `first p1 ${one.block} ${one.txId}`;
    const second = `second p2 ${two.block} ${two.txId}`;
    expect(await seen({ startBlock: one.block }, 2)).toEqual([first, second]);
    const checkpoint = { getBlockNumber: () => one.block, getTransactionId: () => one.txId };
    expect(await seen({ checkpoint }, 1)).toEqual([second]);
    const live = seen({}, 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const three = await submit(['event', 'third', ''], ['put', key('a'), '3']);
    expect(await live).toEqual([`third  ${three.block} ${three.txId}`]);
  });
});
