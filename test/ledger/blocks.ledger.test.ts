// Hyperledger Fabric 3.1 documentation, "Ledger" and "Peer channel-based event services": blocks as they are delivered and kept

import { checkpointers } from '@hyperledger/fabric-gateway';
import { common, peer } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  checkDataHash,
  checkOrdererSignature,
  checkPrevious,
  decodeBlock,
  membership,
  openBlock,
  validationCode,
} from '#libs/fabric-block';
import { judge, recordedJudgement } from './judged-chain.js';
import { type LedgerClient, refusal } from './ledger-client.js';
import { type LedgerUnderTest, startLedger } from './ledger-under-test.js';
import { mixedLoad } from './mixed-load.js';

let ledger: LedgerUnderTest;
let client: LedgerClient;
let height: number;

beforeAll(async () => {
  ledger = await startLedger();
  client = ledger.client();
  await mixedLoad(client, 110);
  height = await client.height();
});

afterAll(() => ledger?.close());

function all(from: LedgerClient): Promise<Uint8Array[]> {
  return Promise.all(Array.from({ length: height }, (_, number) => from.block(number)));
}

describe('the blocks', () => {
  test('begin with the genesis block that the network was made with', async () => {
    const genesis = decodeBlock(await client.block(0));
    const made = decodeBlock(ledger.network.genesis);
    expect(Buffer.from(genesis.dataHash).equals(made.dataHash)).toBe(true);
    expect(Buffer.from(genesis.data[0]!).equals(made.data[0]!)).toBe(true);
  });

  test('follow one another, hold what they commit to, and are signed by the orderer', async () => {
    const blocks = (await all(client)).map(decodeBlock);
    const orderers = membership(ledger.network.trust.ordererMsps);
    blocks.forEach(checkDataHash);
    for (const [index, block] of blocks.slice(1).entries()) {
      checkPrevious(block, blocks[index]!);
      expect(checkOrdererSignature(block, orderers).mspId).toBe('OrdererMSP');
    }
  });

  test('hold transactions of many codes', async () => {
    const codes = new Set((await all(client)).flatMap((bytes) => recordedJudgement(decodeBlock(bytes)).codes));
    expect([...codes]).toEqual(
      expect.arrayContaining(['VALID', 'MVCC_READ_CONFLICT', 'ENDORSEMENT_POLICY_FAILURE', 'INVALID_CHAINCODE']),
    );
  });

  test('have the flags and the COMMIT_HASH that an independent replay finds', async () => {
    const blocks = await all(client);
    expect(judge(blocks)).toEqual(blocks.slice(1).map((bytes) => recordedJudgement(decodeBlock(bytes))));
  });

  test('are the same for both organisations, COMMIT_HASH included', async () => {
    const other = ledger.client(1);
    await other.status((await client.submit('put', 'last', 'v')).txId);
    const [own, theirs] = [await all(client), await all(other)];
    const judged = (blocks: Uint8Array[]) => blocks.map((bytes) => recordedJudgement(decodeBlock(bytes)));
    expect(judged(theirs)).toEqual(judged(own));
    const content = (blocks: Uint8Array[]) =>
      blocks.map((bytes) => decodeBlock(bytes).data.map((one) => Buffer.from(one).toString('base64')));
    expect(content(theirs)).toEqual(content(own));
  });

  test('prove a transaction to those who know the certificates of both organisations', async () => {
    const { txId } = await client.submit('put', 'proved', 'v');
    const opened = openBlock(await client.query('GetBlockByTxID', txId), ledger.network.trust);
    expect(opened.transactions.find((one) => one.txId === txId)).toMatchObject({ code: 'VALID' });
  });
});

describe('qscc', () => {
  test('finds a transaction by its id, with its code', async () => {
    const { txId } = await client.submit('put', 'found', 'v');
    const processed = peer.ProcessedTransaction.deserializeBinary(await client.query('GetTransactionByID', txId));
    expect(validationCode(processed.getValidationcode())).toBe('VALID');
  });

  test('has the hash of the last block', async () => {
    const info = common.BlockchainInfo.deserializeBinary(await client.query('GetChainInfo'));
    const last = decodeBlock(await client.block(info.getHeight() - 1));
    expect(Buffer.from(info.getPreviousblockhash_asU8()).equals(last.previousHash)).toBe(true);
  });

  test.each([
    ['a transaction that is not there', ['GetTransactionByID', '0'.repeat(64)], /no such transaction ID/],
    ['a block of a transaction that is not there', ['GetBlockByTxID', '0'.repeat(64)], /no such transaction ID/],
    [
      'a block that is not there',
      ['GetBlockByNumber', '999999'],
      /no such block number \[999999\] in index|Failed to get block number 999999/,
    ],
    ['a block without a number', ['GetBlockByNumber', 'x'], /Failed to parse block number/],
    ['a function that is not there', ['GetNonsense', 'x'], /access denied for \[GetNonsense\]/],
  ] as const)('says of %s that it has none', async (_, [fn, argument], words) => {
    const { code, message } = await refusal(client.query(fn, argument));
    expect(code).toBe('UNKNOWN');
    expect(message).toMatch(words);
  });

  test('says the same of every missing transaction: chaincode response 500', async () => {
    const { details } = await refusal(client.query('GetTransactionByID', 'ab'));
    expect(details.join()).toMatch(
      /^chaincode response 500, Failed to get transaction with id ab, error no such transaction ID \[ab\] in index$/,
    );
  });
});

describe('delivered blocks', () => {
  test('are those that qscc has', async () => {
    const blocks = await client.channel.getBlockEvents({ startBlock: 0n });
    const delivered: Uint8Array[] = [];
    for await (const block of blocks) {
      delivered.push(block.serializeBinary());
      if (delivered.length === height) break;
    }
    blocks.close();
    const kept = await all(client);
    expect(delivered.map((bytes, index) => Buffer.from(bytes).equals(kept[index]!))).not.toContain(false);
  });

  test('go on behind a checkpoint', async () => {
    const checkpoint = checkpointers.inMemory();
    await checkpoint.checkpointBlock(2n);
    const blocks = await client.channel.getBlockEvents({ checkpoint });
    for await (const block of blocks) {
      expect(block.getHeader()!.getNumber()).toBe(3);
      break;
    }
    blocks.close();
  });

  test('come as they are made', async () => {
    const now = await client.height();
    const blocks = await client.channel.getBlockEvents({ startBlock: BigInt(now) });
    const reading = (async () => {
      for await (const block of blocks) return block.getHeader()!.getNumber();
      return undefined;
    })();
    await client.submit('put', 'new', 'v');
    expect(await reading).toBe(now);
    blocks.close();
  });

  test('filtered hold id, type, code and the names of events, no content', async () => {
    const { txId, block } = await client.submit('event', 'seen', 'secret payload');
    const blocks = await client.channel.getFilteredBlockEvents({ startBlock: BigInt(block) });
    for await (const filtered of blocks) {
      expect(filtered.getChannelId()).toBe(ledger.network.channel);
      expect(filtered.getNumber()).toBe(block);
      const found = filtered.getFilteredTransactionsList().find((one) => one.getTxid() === txId)!;
      expect(found.getType()).toBe(3);
      expect(validationCode(found.getTxValidationCode())).toBe('VALID');
      const [action] = found.getTransactionActions()!.getChaincodeActionsList();
      expect(action!.getChaincodeEvent()!.getEventName()).toBe('seen');
      expect(Buffer.from(filtered.serializeBinary()).includes('secret payload')).toBe(false);
      break;
    }
    blocks.close();
  });

  test('with private data are the blocks, there being none; the embedded ledger has no private data', async () => {
    const blocks = await client.channel.getBlockAndPrivateDataEvents({ startBlock: 2n });
    const first = (async () => {
      for await (const both of blocks) return both.getBlock()!.getHeader()!.getNumber();
      return undefined;
    })();
    if (ledger.isEmbedded) expect((await refusal(first)).code).toBe('UNIMPLEMENTED');
    else expect(await first).toBe(2);
    blocks.close();
  });
});
