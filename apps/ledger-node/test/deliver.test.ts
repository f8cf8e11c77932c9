// Fabric peer/events.proto and orderer/ab.proto: Deliver, DeliverFiltered, Broadcast as a client meets them
import { common, peer } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  blockCommitHash,
  blockFlags,
  channelConfig,
  checkOrdererSignature,
  decodeBlock,
  encodeChannelHeader,
  encodeEnvelope,
  encodePayload,
  encodeSignatureHeader,
  HEADER_TYPE,
  membership,
} from '#libs/fabric-block';
import { openDeliverRequest } from '../src/deliver/deliver-request.js';
import { DeliverClient, type RequestOptions, type SeekOptions, seekEnvelope, seekInfo } from './deliver-client.js';
import { type ScratchLedger, scratchLedger } from './scratch-ledger.js';
import type { TestLedger } from './test-ledger.js';

let ledger: ScratchLedger;
let net: TestLedger;
let client: DeliverClient;

beforeAll(async () => {
  ledger = await scratchLedger();
  net = ledger.net;
  client = new DeliverClient(net.node.network, net.node.port);
  for (let count = 0; count < 4; count += 1) await ledger.run(['put', 'k', `${count}`], ['event', 'e', 'content']);
});

afterAll(async () => {
  client.close();
  await ledger.close();
});

const reader = () => net.node.network.organizations[0]!.peer.identity;
const ask = (seek: SeekOptions, options?: RequestOptions) => seekEnvelope(seekInfo(seek), reader(), options);
const numbers = (blocks: readonly common.Block[]) => blocks.map((block) => block.getHeader()!.getNumber());
const asked = async (seek: SeekOptions, options?: RequestOptions) => {
  const { blocks, statuses } = await client.deliver('peer', [ask(seek, options)]);
  return [numbers(blocks), statuses];
};

describe('seeking', () => {
  test.each([
    ['oldest to newest', { start: 'oldest', stop: 'newest' }, [0, 1, 2, 3, 4, 5], 'SUCCESS'],
    ['one block', { start: 3, stop: 3 }, [3], 'SUCCESS'],
    ['the newest alone', { start: 'newest', stop: 'newest' }, [5], 'SUCCESS'],
    ['the oldest alone', { start: 'oldest', stop: 'oldest' }, [0], 'SUCCESS'],
    ['more than there is, not waiting', { start: 4, stop: 9, failIfNotReady: true }, [4, 5], 'NOT_FOUND'],
    ['the next, not waiting', { start: 'next', stop: 9, failIfNotReady: true }, [], 'NOT_FOUND'],
    ['from beyond the next', { start: 7, stop: 9 }, [], 'NOT_FOUND'],
    ['backwards', { start: 3, stop: 2 }, [], 'BAD_REQUEST'],
    ['without a start', { stop: 2 }, [], 'BAD_REQUEST'],
    ['without a stop', { start: 2 }, [], 'BAD_REQUEST'],
    ['from no position', { start: 'none', stop: 2 }, [], 'NOT_FOUND'],
  ] as [string, SeekOptions, number[], string][])('%s', async (_, seek, blocks, status) => {
    expect(await asked(seek)).toEqual([blocks, [status]]);
  });

  test('waits for blocks that are not there yet', async () => {
    const first = net.node.chain.height;
    const waiting = client.deliver('peer', [ask({ start: 'next', stop: first + 1 })]);
    await ledger.run(['put', 'k', 'v']);
    await ledger.run(['put', 'k', 'v']);
    const { blocks, statuses } = await waiting;
    expect([numbers(blocks), statuses]).toEqual([[first, first + 1], ['SUCCESS']]);
  });

  test('several times on one stream, until one of them fails', async () => {
    const requests = [ask({ start: 1, stop: 1 }), ask({ start: 2, stop: 1 }), ask({ start: 3, stop: 3 })];
    const { blocks, statuses } = await client.deliver('peer', requests);
    expect([numbers(blocks), statuses]).toEqual([[1], ['SUCCESS', 'BAD_REQUEST']]);
  });

  test('with more than a request needs is refused: many may wait, and each keeps its own', async () => {
    const unknown = Buffer.concat([Buffer.of(0x7a, 0x80, 0x80, 0x02), Buffer.alloc(32 * 1024)]);
    const seek = Buffer.concat([seekInfo({ start: 'next', stop: 99 }), unknown]);
    const { blocks, statuses } = await client.deliver('peer', [seekEnvelope(seek, reader())]);
    expect([blocks, statuses]).toEqual([[], ['BAD_REQUEST']]);
  });

  test('for headers alone leaves the transactions out, but not a configuration', async () => {
    const { blocks } = await client.deliver('peer', [ask({ start: 0, stop: 2, headersOnly: true })]);
    expect(blocks.map((block) => block.getData()?.getDataList().length ?? 0)).toEqual([1, 0, 0]);
  });
});

describe('who may have blocks', () => {
  const seek = { start: 0, stop: 0 };

  test('is asked of the signature', async () => {
    const [own, other] = net.node.network.organizations;
    expect((await asked(seek, { signer: other!.peer.identity }))[1]).toEqual(['FORBIDDEN']);
    const { statuses } = await client.deliver('peer', [seekEnvelope(seekInfo(seek), own!.client.identity)]);
    expect(statuses).toEqual(['SUCCESS']);
    const orderer = net.node.network.orderer.identity;
    expect((await client.deliver('peer', [seekEnvelope(seekInfo(seek), orderer)])).statuses).toEqual(['FORBIDDEN']);
    expect((await client.deliver('orderer', [seekEnvelope(seekInfo(seek), orderer)])).statuses).toEqual(['SUCCESS']);
  });

  test('is asked of clock and channel', async () => {
    const before = new Date(Date.now() - 16 * 60_000);
    expect((await asked(seek, { at: before }))[1]).toEqual(['BAD_REQUEST']);
    expect((await asked(seek, { channelId: 'elsewhere' }))[1]).toEqual(['NOT_FOUND']);
    expect((await asked(seek, { channelId: '' }))[1]).toEqual(['NOT_FOUND']);
  });

  test('is asked again before each block: a certificate may expire while a stream waits', () => {
    let clock = new Date();
    const config = channelConfig(decodeBlock(net.node.network.genesis));
    const access = { config, now: () => clock, policy: '/Channel/Application/Readers', hasTransaction: () => false };
    const request = openDeliverRequest(ask(seek), access);
    request.checkStill();
    clock = new Date(clock.getTime() + 11 * 365 * 24 * 60 * 60_000);
    expect(() => request.checkStill()).toThrow('FORBIDDEN');
    const late = { at: clock };
    expect(() => openDeliverRequest(ask(seek, late), access)).toThrow('FORBIDDEN');
  });
});

test('filtered blocks tell ids and codes, and events without their content', async () => {
  const { filtered, blocks } = await client.deliver('filtered', [ask({ start: 0, stop: 2 })]);
  expect(blocks).toEqual([]);
  const shown = filtered.map((block) => block.getFilteredTransactionsList());
  expect(shown.map((list) => list.map((one) => one.getType()))).toEqual([[1], [3], [3]]);
  const [put] = shown[2]!;
  expect(put!.getTxValidationCode()).toBe(peer.TxValidationCode.VALID);
  expect(put!.getTxid()).toMatch(/^[0-9a-f]{64}$/);
  const events = put!.getTransactionActions()!.getChaincodeActionsList();
  expect(events.map((one) => one.getChaincodeEvent()!.getEventName())).toEqual(['e']);
  expect(events.map((one) => one.getChaincodeEvent()!.getPayload_asU8().length)).toEqual([0]);
});

test('blocks with private data are refused', async () => {
  const call = client.deliver('private', [ask({ start: 0, stop: 0 })]);
  await expect(call).rejects.toMatchObject({ code: 12, details: expect.stringContaining('private data') });
});

test('the orderer gives blocks as it signed them: flags and COMMIT_HASH are for each peer to find', async () => {
  const [ordered, committed] = await Promise.all(
    (['orderer', 'peer'] as const).map(async (method) => {
      const { blocks } = await client.deliver(method, [ask({ start: 2, stop: 2 })]);
      return decodeBlock(blocks[0]!.serializeBinary());
    }),
  );
  expect([blockFlags(ordered!).length, blockCommitHash(ordered!)]).toEqual([0, undefined]);
  expect([...blockFlags(committed!)]).toEqual([0]);
  expect(blockCommitHash(committed!)).toHaveLength(32);
  expect(checkOrdererSignature(ordered!, membership(net.node.network.trust.ordererMsps)).role).toBe('orderer');
});

describe('anything else on these streams', () => {
  test('is a bad request', async () => {
    const junk = new common.Envelope();
    junk.setPayload(Buffer.from('no payload'));
    expect((await client.deliver('peer', [junk])).statuses).toEqual(['BAD_REQUEST']);
    expect((await client.deliver('orderer', [new common.Envelope()])).statuses).toEqual(['BAD_REQUEST']);
    const noSeek = seekEnvelope(Buffer.from([0xff, 0xff]), reader());
    expect((await client.deliver('filtered', [noSeek])).statuses).toEqual(['BAD_REQUEST']);
  });

  test('leaves the node as it was when clients go away in the middle', async () => {
    for (let count = 0; count < 20; count += 1)
      await client.deliver('peer', [ask({ start: 0, stop: 999 })], ({ blocks }) => blocks.length > 1);
    expect(await ledger.run(['put', 'k', 'v'])).toMatchObject({ code: 0 });
    expect(net.log).toEqual([]);
  });
});

describe('broadcast', () => {
  const writer = () => net.node.network.organizations[0]!.client.identity;
  const message = (type: number): common.Envelope => {
    const payload = encodePayload({
      channelHeaderBytes: encodeChannelHeader({ type, channelId: 'holdfast' }),
      signatureHeaderBytes: encodeSignatureHeader({ creator: writer().creator, nonce: Buffer.alloc(24, 1) }),
      data: Buffer.from('x'),
    });
    return common.Envelope.deserializeBinary(encodeEnvelope({ payload, signature: writer().sign(payload) }));
  };

  test('takes endorsed transactions in their order', async () => {
    const envelopes = [await ledger.endorsed(['put', 'b', '1']), await ledger.endorsed(['put', 'c', '2'])];
    const { height } = net.node.chain;
    const answers = await client.broadcast(envelopes);
    expect(answers).toEqual([
      { status: 'SUCCESS', info: '' },
      { status: 'SUCCESS', info: '' },
    ]);
    const { statuses } = await client.deliver('peer', [ask({ start: height, stop: height })]);
    expect(statuses).toEqual(['SUCCESS']);
    expect(await client.deliver('peer', [ask({ start: 'newest', stop: 'newest' })])).toMatchObject({ statuses });
  });

  test.each(['CONFIG', 'CONFIG_UPDATE', 'MESSAGE'] as const)('never takes a %s, and ends the stream', async (name) => {
    // What was broadcast before is in a block by then.
    await ledger.run(['put', 'k', 'v']);
    const { height } = net.node.chain;
    const sent = message(HEADER_TYPE[name]);
    const answers = await client.broadcast([sent, sent]);
    expect(answers.map(({ status }) => status)).toEqual(['BAD_REQUEST']);
    expect(net.node.chain.height).toBe(height);
  });
});
