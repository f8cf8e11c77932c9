// Hyperledger Fabric 3.1 documentation, "Transaction flow" and "Read-Write set semantics"
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkEndorsement, decodeEnvelope, membership, transactionId } from '#libs/fabric-block';
import { envelopeOf, type LedgerClient, refusal } from './ledger-client.js';
import { CHAINCODE, type LedgerUnderTest, startLedger } from './ledger-under-test.js';
import { codesOf, openTransaction, ownSet } from './opened-transaction.js';

let ledger: LedgerUnderTest;
let client: LedgerClient;

beforeAll(async () => {
  ledger = await startLedger();
  client = ledger.client();
});

afterAll(() => ledger?.close());

async function endorsed(fn: string, ...args: string[]): Promise<Uint8Array> {
  return envelopeOf(await client.endorse(fn, ...args), ledger.network.organizations[0]!.client.identity);
}

describe('a transaction', () => {
  test('is endorsed, ordered, valid, and read back', async () => {
    expect(await client.submit('put', 'first', 'one')).toMatchObject({ code: 'VALID' });
    expect(await client.evaluate('get', 'first')).toBe('one');
  });

  test('is read back through the other organisation', async () => {
    const { txId } = await client.submit('put', 'shared', 'by A');
    const other = ledger.client(1);
    await other.status(txId);
    expect(await other.evaluate('get', 'shared')).toBe('by A');
  });

  test('brings the answer of the contract with its endorsement', async () => {
    const transaction = await client.endorse('put', 'answered', 'x');
    expect(Buffer.from(transaction.getResult()).toString('utf8')).toBe('put answered');
  });

  test('changes nothing until it is submitted', async () => {
    const transaction = await client.endorse('put', 'later', 'x');
    expect(await client.evaluate('get', 'later')).toBe('');
    expect(await client.order(transaction)).toMatchObject({ code: 'VALID' });
    expect(await client.evaluate('get', 'later')).toBe('x');
  });

  test('changes nothing when it is only evaluated', async () => {
    expect(await client.evaluate('put', 'evaluated', 'x')).toBe('put evaluated');
    expect(await client.evaluate('get', 'evaluated')).toBe('');
  });

  test('is endorsed by a peer of each organisation over the same bytes', async () => {
    const { action, chaincode, response } = openTransaction(await endorsed('put', 'both', 'x'));
    const members = membership(ledger.network.trust.peerMsps);
    const endorsers = action.endorsements.map((one) => checkEndorsement(action.responsePayload, one, members));
    expect(endorsers.map(({ mspId, role }) => `${mspId} ${role}`).sort()).toEqual([
      'HospitalAMSP peer',
      'HospitalBMSP peer',
    ]);
    expect(chaincode).toEqual({ name: CHAINCODE, version: '1' });
    expect(response).toEqual({ status: 200, message: '', payload: 'put both' });
  });

  test('has the SHA-256 of nonce and creator as its id', async () => {
    const { channelHeader, signatureHeader } = decodeEnvelope(await endorsed('put', 'id', 'x'));
    expect(channelHeader.txId).toBe(transactionId(signatureHeader.nonce, signatureHeader.creator));
    expect(channelHeader).toMatchObject({ type: 3, version: 0, epoch: 0, channelId: ledger.network.channel });
  });

  test('is ordered once: the copy is a duplicate and the first status stands', async () => {
    const envelope = await endorsed('put', 'twice', 'x');
    const first = await client.orderEnvelope(envelope);
    await client.submitEnvelope(envelope);
    await client.submit('put', 'after the copy', 'x');
    const height = await client.height();
    const later = [];
    for (let number = first.block + 1; number < height; number += 1) later.push(...(await codesOf(client, number)));
    expect(later.filter(([txId]) => txId === first.txId)).toEqual([[first.txId, 'DUPLICATE_TXID']]);
    expect(await client.status(first.txId)).toEqual({ ...first, code: 'VALID' });
  });

  test('is one of two copies in the same moment', async () => {
    const envelope = await endorsed('put', 'copies', 'x');
    await Promise.all([client.submitEnvelope(envelope), client.submitEnvelope(envelope)]);
    const { txId } = decodeEnvelope(envelope).channelHeader;
    expect(await client.status(txId)).toMatchObject({ code: 'VALID' });
  });

  test('cannot be endorsed again once it is in a block', async () => {
    const proposal = client.contract.newProposal('put', { arguments: ['again', 'x'] });
    await client.order(await proposal.endorse());
    const { code, details } = await refusal(proposal.endorse());
    expect(code).toBe('ABORTED');
    expect(details.join()).toMatch(/duplicate transaction found/);
  });

  test('of an unknown id has no status until the deadline', async () => {
    expect(await refusal(client.status('0'.repeat(64), 500))).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  test('has its status for whoever asks later, also through the other organisation', async () => {
    const outcome = await client.submit('put', 'asked later', 'x');
    expect(await client.status(outcome.txId)).toEqual(outcome);
    expect(await ledger.client(1).status(outcome.txId)).toEqual(outcome);
  });

  test('tells the contract who asks, and its own id and channel', async () => {
    const proposal = client.contract.newProposal('who');
    const said = JSON.parse(Buffer.from(await proposal.evaluate()).toString('utf8'));
    expect(said).toEqual({
      mspId: 'HospitalAMSP',
      subject: 'x509::/O=HospitalA/OU=client/CN=client.HospitalA::/O=HospitalA/CN=ca.HospitalA',
      txId: proposal.getTransactionId(),
      channel: ledger.network.channel,
      hasTime: true,
    });
  });

  test('gives transient data to the contract and to nobody else', async () => {
    const secret = 'a secret of the patient';
    const transaction = await client.endorseWith('transient', { arguments: ['note'], transientData: { note: secret } });
    expect(Buffer.from(transaction.getResult()).toString('utf8')).toBe(
      createHash('sha256').update(secret).digest('hex'),
    );
    expect(Buffer.from(transaction.getBytes()).includes(secret)).toBe(false);
    expect(await client.order(transaction)).toMatchObject({ code: 'VALID' });
  });

  test('passes arguments of any text unchanged', async () => {
    const args = ['', 'ä€😀', '\u0000\u0001', '{"a":1}', ' '];
    const expected = createHash('sha256').update(args.join('\0')).digest('hex');
    expect(await client.evaluate('digest', ...args)).toBe(expected);
  });
});

describe('the read-write set', () => {
  test('begins with the sequence of the chaincode definition', async () => {
    const { sets } = openTransaction(await endorsed('put', 'k', 'v'));
    expect(sets.map(({ namespace }) => namespace)).toEqual(['_lifecycle', CHAINCODE]);
    expect(sets[0]).toMatchObject({ writes: [], ranges: [] });
    expect(sets[0]!.reads.map(({ key }) => key)).toEqual([`namespaces/fields/${CHAINCODE}/Sequence`]);
  });

  test('of a blind write has no read', async () => {
    expect(ownSet(await endorsed('put', 'blind', 'v'))).toEqual({ reads: [], writes: [['blind', 'v']] });
  });

  test('of a read has the version, or none for a key that does not exist', async () => {
    const { block } = await client.submit('put', 'read', 'v');
    expect(ownSet(await endorsed('get', 'read'))).toEqual({ reads: [['read', `${block}.0`]], writes: [] });
    expect(ownSet(await endorsed('get', 'absent'))).toEqual({ reads: [['absent', undefined]], writes: [] });
  });

  test('of a delete, and of an empty value, is a delete', async () => {
    expect(ownSet(await endorsed('delete', 'gone'))).toEqual({ reads: [], writes: [['gone', null]] });
    expect(ownSet(await endorsed('put', 'gone', ''))).toEqual({ reads: [], writes: [['gone', null]] });
  });

  test('of a write and a read of the same key shows that own writes are not seen', async () => {
    await client.submit('put', 'own', 'before');
    const transaction = await client.endorse('putThenGet', 'own', 'after');
    expect(Buffer.from(transaction.getResult()).toString('utf8')).toBe('before');
  });

  test('keeps the last of several writes of a key', async () => {
    expect(ownSet(await endorsed('putAll', 'k', '1', 'k', '2', 'k', '3'))).toMatchObject({ writes: [['k', '3']] });
  });

  test('is sorted by the bytes of UTF-8, not by UTF-16', async () => {
    const keys = ['b', '\u{1f600}', '\uffee', 'a', 'ä', 'aa'];
    const set = ownSet(await endorsed('putAll', ...keys.flatMap((key) => [key, 'x'])));
    expect((set!.writes as string[][]).map(([key]) => key)).toEqual(['a', 'aa', 'b', 'ä', '\uffee', '\u{1f600}']);
  });

  test('of a function that touches no state holds nothing of the contract', async () => {
    expect(openTransaction(await endorsed('who')).sets.map(({ namespace }) => namespace)).toEqual(['_lifecycle']);
  });

  test('of a transaction that only reads may be ordered, too', async () => {
    expect(await client.submit('get', 'first')).toMatchObject({ code: 'VALID' });
  });

  test('holds composite keys, which a partial key finds', async () => {
    await client.submit('putComposite', 'visit', 'ward1', 'p1');
    await client.submit('putComposite', 'visit', 'ward1', 'p2');
    await client.submit('putComposite', 'visit', 'ward10', 'p3');
    expect(JSON.parse(await client.evaluate('partialComposite', 'visit', 'ward1'))).toEqual(['ward1/p1', 'ward1/p2']);
    expect(ownSet(await endorsed('putComposite', 'visit', 'w', 'p'))).toMatchObject({
      writes: [['\u0000visit\u0000w\u0000p\u0000', 'w/p']],
    });
  });
});

describe('large things', () => {
  test('an argument of a megabyte arrives whole', async () => {
    const argument = 'z'.repeat(1024 * 1024);
    const transaction = await client.endorse('digest', argument);
    expect(Buffer.from(transaction.getResult()).toString('utf8')).toBe(
      createHash('sha256').update(argument).digest('hex'),
    );
    expect(await client.order(transaction)).toMatchObject({ code: 'VALID' });
  });

  test('a value of three megabytes is stored and read', async () => {
    expect(await client.submit('putBig', 'big', String(3 * 1024 * 1024))).toMatchObject({ code: 'VALID' });
    expect((await client.evaluate('get', 'big')).length).toBe(3 * 1024 * 1024);
  });

  test('an answer of eight megabytes arrives', async () => {
    expect((await client.evaluate('answer', String(8 * 1024 * 1024))).length).toBe(8 * 1024 * 1024);
  });

  test('an envelope of more than ten megabytes is not ordered', async () => {
    const transaction = await client.endorse('putBig', 'too big', String(11 * 1024 * 1024));
    const { code, message } = await refusal(transaction.submit());
    expect(code).toBe('ABORTED');
    expect(message).toMatch(/BAD_REQUEST.*exceeds maximum allowed 10485760 bytes/);
  });

  test('two thousand writes of one transaction are all there', async () => {
    expect(await client.submit('putMany', 'many', '2000', 'v')).toMatchObject({ code: 'VALID' });
    expect(JSON.parse(await client.evaluate('range', 'many', 'many~', '10000')).length).toBe(2000);
  });
});
