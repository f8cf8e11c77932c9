// The whole way: unmodified gateway client, ledger node, contract process

import { common } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeBlock, openBlock } from '#libs/fabric-block';
import { readConnection } from '#libs/fabric-network';
import { connectLedger, LedgerError } from '#libs/ledger';
import { append, ContractProcess, SiteBatches, type TestLedger, testLedger } from './test-ledger.js';

let contract: ContractProcess;
let net: TestLedger;

beforeAll(async () => {
  contract = await ContractProcess.start();
  net = await testLedger({ contractAddress: contract.address });
});

afterAll(async () => {
  await net.close();
  await contract.stop();
});

async function refusal(call: Promise<unknown>): Promise<LedgerError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof LedgerError)) throw new Error('the call was not refused with a LedgerError');
  return error;
}

describe('append and head', () => {
  test('a new channel holds the genesis block and the definition of the contract', async () => {
    const first = decodeBlock(await net.ledger.genesis());
    expect(first.number).toBe(0);
    expect(await net.ledger.height()).toBeGreaterThanOrEqual(2n);
    const definition = openBlock(await net.ledger.blockAt(1n), net.node.network.trust);
    expect(definition.transactions).toMatchObject([{ code: 'VALID', chaincode: '_lifecycle' }]);
  });

  test('a batch becomes a VALID transaction and the head moves', async () => {
    const site = new SiteBatches('first.example');
    expect(await net.ledger.evaluate('head', { site: site.site })).toEqual({ size: 0 });
    const { txId, code } = await append(net.ledger, site.next(3));
    expect(code).toBe('VALID');
    const head = await net.ledger.evaluate('head', { site: site.site });
    expect(head).toMatchObject({ size: 3, first: 0, last: 2, txId, mspId: 'HospitalAMSP' });
    expect(head).toHaveProperty('root', site.range.root().toString('base64'));
  });

  test('its block proves itself: orderer, creator and both organisations signed', async () => {
    const site = new SiteBatches('proof.example');
    const batch = site.next(2);
    const { txId, block } = await append(net.ledger, batch);
    const opened = openBlock(await net.ledger.block(txId), net.node.network.trust);
    expect(opened.number).toBe(block);
    const found = opened.transactions.find((transaction) => transaction.txId === txId);
    expect(found).toMatchObject({ code: 'VALID', chaincode: 'anchor', endorsers: ['HospitalAMSP', 'HospitalBMSP'] });
    const [write] = found!.namespaceWrites;
    expect(write).toMatchObject({ namespace: 'anchor', key: 'log:proof.example' });
    expect(JSON.parse(Buffer.from(write!.value!).toString())).toMatchObject({ leaves: batch.leaves, txId });
  });

  test('bytes that are handed over once more change nothing: the status stays that of the first', async () => {
    const { txId, envelope, block } = await append(net.ledger, new SiteBatches('copied.example').next(1));
    await net.ledger.submit(envelope, txId);
    expect(await net.ledger.status(txId, 10_000)).toEqual({ code: 'VALID', blockNumber: block });
    await append(net.ledger, new SiteBatches('behind-copy.example').next(1));
    expect(await net.ledger.status(txId, 10_000)).toEqual({ code: 'VALID', blockNumber: block });
  });

  test('a batch of 5,000 leaves passes', async () => {
    const site = new SiteBatches('large.example');
    expect(await append(net.ledger, site.next(5_000))).toMatchObject({ code: 'VALID' });
    expect(await append(net.ledger, site.next(5_000))).toMatchObject({ code: 'VALID' });
    expect(await net.ledger.evaluate('head', { site: site.site })).toMatchObject({ size: 10_000 });
  });

  test.each([
    ['GAP', 'a gap', (site: SiteBatches) => site.next(1) && site.next(1)],
    ['GAP', 'a rewrite', ({ site }: SiteBatches) => new SiteBatches(site).next(1)],
    [
      'WRONG_ROOT',
      'another root',
      (site: SiteBatches) => ({ ...site.next(1), root: new SiteBatches('x').next(1).root }),
    ],
    ['BAD_ARGUMENT', 'a number as text', (site: SiteBatches) => ({ ...site.next(1), first: '1' })],
    ['BAD_ARGUMENT', 'a member too many', (site: SiteBatches) => ({ ...site.next(1), note: '' })],
  ])('%s: the contract refuses %s at endorsement', async (contractCode, what, make) => {
    const site = new SiteBatches(`${what.replaceAll(' ', '-')}.example`);
    await append(net.ledger, site.next(1));
    const height = await net.ledger.height();
    const error = await refusal(net.ledger.prepare('append', make(site)));
    expect(error).toMatchObject({ step: 'endorse', code: 'ABORTED', retryable: false, contractCode });
    expect(await net.ledger.height()).toBe(height);
  });

  test('the last batch again is ALREADY_APPENDED with its transaction id', async () => {
    const batch = new SiteBatches('again.example').next(2);
    const { txId } = await append(net.ledger, batch);
    const error = await refusal(net.ledger.prepare('append', batch));
    expect(error).toMatchObject({ contractCode: 'ALREADY_APPENDED', contractDetail: txId, retryable: false });
  });

  test('an unknown function and a refused query say why', async () => {
    expect(await refusal(net.ledger.evaluate('drop', {}))).toMatchObject({
      step: 'evaluate',
      code: 'UNKNOWN',
      contractCode: 'UNKNOWN_FUNCTION',
    });
    expect(await refusal(net.ledger.evaluate('head', { site: '/' }))).toMatchObject({ contractCode: 'BAD_ARGUMENT' });
  });
});

describe('the same envelope', () => {
  test('sent three times gives one VALID transaction; its status stands', async () => {
    const site = new SiteBatches('thrice.example');
    const { txId, envelope } = await net.ledger.prepare('append', site.next(4));
    for (let time = 0; time < 3; time += 1) await net.ledger.submit(envelope, txId);
    const status = await net.ledger.status(txId, 5_000);
    expect(status?.code).toBe('VALID');
    await append(net.ledger, site.next(1));
    const codes: string[] = [];
    for (let number = 1n; number < (await net.ledger.height()); number += 1n) {
      const { transactions } = openBlock(await net.ledger.blockAt(number), net.node.network.trust);
      codes.push(...transactions.filter((each) => each.txId === txId).map(({ code }) => code));
    }
    expect(codes).toEqual(['VALID', 'DUPLICATE_TXID', 'DUPLICATE_TXID']);
    expect(await net.ledger.status(txId, 5_000)).toEqual(status);
    expect(await net.ledger.evaluate('head', { site: site.site })).toMatchObject({ size: 5 });
  });

  test('saved and sent by another client later is still good', async () => {
    const site = new SiteBatches('later.example');
    const { txId, envelope } = await net.ledger.prepare('append', site.next(1));
    const other = await connectLedger(await readConnection(net.folder));
    await other.submit(Buffer.from(envelope), txId);
    expect(await other.status(txId, 5_000)).toMatchObject({ code: 'VALID' });
    other.close();
  });
});

describe('concurrent batches for one place', () => {
  test('only one becomes VALID, the others are MVCC_READ_CONFLICT', async () => {
    const batches = Array.from({ length: 8 }, () => new SiteBatches('race.example').next(2));
    const prepared = await Promise.all(batches.map((batch) => net.ledger.prepare('append', batch)));
    await Promise.all(prepared.map(({ txId, envelope }) => net.ledger.submit(envelope, txId)));
    const statuses = await Promise.all(prepared.map(({ txId }) => net.ledger.status(txId, 5_000)));
    const codes = statuses.map((status) => status?.code ?? '').toSorted((a, b) => a.localeCompare(b));
    expect(codes).toEqual([...Array.from({ length: 7 }, () => 'MVCC_READ_CONFLICT'), 'VALID']);
    expect(await net.ledger.evaluate('head', { site: 'race.example' })).toMatchObject({ size: 2 });
  });
});

describe('status and existence', () => {
  test('an unknown transaction has no status by the deadline and does not exist', async () => {
    const unknown = 'ab'.repeat(32);
    const from = Date.now();
    expect(await net.ledger.status(unknown, 300)).toBeUndefined();
    expect(Date.now() - from).toBeLessThan(3_000);
    expect(await net.ledger.exists(unknown)).toBe(false);
    expect(await refusal(net.ledger.block(unknown))).toMatchObject({ step: 'block', retryable: false });
  });

  test('a prepared transaction exists only once it is in a block', async () => {
    const { txId, envelope } = await net.ledger.prepare('append', new SiteBatches('exists.example').next(1));
    expect(await net.ledger.exists(txId)).toBe(false);
    await net.ledger.submit(envelope, txId);
    await net.ledger.status(txId, 5_000);
    expect(await net.ledger.exists(txId)).toBe(true);
  });

  test('a status that is waited for arrives when the transaction does', async () => {
    const { txId, envelope } = await net.ledger.prepare('append', new SiteBatches('wait.example').next(1));
    const status = net.ledger.status(txId, 10_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await net.ledger.submit(envelope, txId);
    expect(await status).toMatchObject({ code: 'VALID' });
  });
});

describe('tampered envelopes', () => {
  test('a changed payload is refused by the orderer', async () => {
    const { txId, envelope } = await net.ledger.prepare('append', new SiteBatches('tampered.example').next(1));
    const changed = common.Envelope.deserializeBinary(envelope);
    const payload = Buffer.from(changed.getPayload_asU8());
    const at = payload.indexOf('tampered.example');
    payload[at] = payload[at]! ^ 1;
    changed.setPayload(payload);
    const error = await refusal(net.ledger.submit(changed.serializeBinary(), txId));
    expect(error).toMatchObject({ step: 'submit', code: 'ABORTED', retryable: false });
    expect(error.message).toContain('status=FORBIDDEN');
    expect(await net.ledger.exists(txId)).toBe(false);
  });

  test('every block on the way checks against the network it came from, and no other', async () => {
    const { trust } = net.node.network;
    const foreign = { ...trust, ordererMsps: trust.peerMsps };
    const bytes = await net.ledger.blockAt(1n);
    expect(() => openBlock(bytes, trust)).not.toThrow();
    expect(() => openBlock(bytes, foreign)).toThrow();
  });
});
