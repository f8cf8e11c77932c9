// Hyperledger Fabric 3.1 documentation, "Ledger": what a block proves, and each way in which it does not
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { makeOrganization } from '#libs/fabric-network';
import {
  type Block,
  BlockError,
  type BlockTrust,
  decodeBlock,
  decodeEnvelope,
  decodeReadWriteSet,
  encodeBlock,
  encodeEnvelope,
  encodeReadWriteSet,
  headerHash,
  METADATA,
  openBlock,
  type SigningIdentity,
  VALIDATION_CODE,
} from '../src/index.js';
import {
  action,
  block,
  type Hospitals,
  identityOf,
  makeHospitals,
  NOW,
  type TransactionOptions,
  transactionEnvelope,
  VALIDITY,
  written,
} from './hospitals.js';

let hospitals: Hospitals;
let good: Block;

beforeAll(async () => {
  hospitals = await makeHospitals();
  good = blockOf({});
});

function blockOf(change: Partial<TransactionOptions>): Block {
  const { peerA, peerB, clientA, orderer } = hospitals;
  return block(orderer, [transactionEnvelope({ endorsers: [peerA, peerB], creator: clientA, ...change })]);
}

function refusal(given: Block | Uint8Array, trust: BlockTrust = hospitals.trust): BlockError {
  try {
    openBlock(given instanceof Uint8Array ? given : encodeBlock(given), trust);
  } catch (error) {
    if (error instanceof BlockError) return error;
    throw error;
  }
  throw new Error('the block opened');
}

describe('a block that is in order', () => {
  test('tells what each transaction wrote, who made and who endorsed it', () => {
    const opened = openBlock(encodeBlock(good), hospitals.trust);
    expect(opened.number).toBe(5n);
    expect(Buffer.from(opened.headerHash).equals(headerHash(good))).toBe(true);
    expect(Buffer.from(opened.previousHash)).toEqual(Buffer.alloc(32, 5));
    expect(opened.transactions).toEqual([
      {
        txId: expect.stringMatching(/^[0-9a-f]{64}$/),
        code: 'VALID',
        type: 3,
        creatorMsp: 'HospitalAMSP',
        chaincode: 'anchor',
        endorsers: ['HospitalAMSP', 'HospitalBMSP'],
        namespaceWrites: [{ namespace: 'anchor', key: 'log:a', value: new Uint8Array(Buffer.from('{"size":1}')) }],
      },
    ]);
  });

  test('shows a deleted key as one without value', () => {
    const sets = [{ namespace: 'anchor', reads: [], ranges: [], metadataWrites: [], writes: [written('log:a', '')] }];
    const opened = openBlock(
      encodeBlock(blockOf({ action: action({ results: encodeReadWriteSet(sets) }) })),
      hospitals.trust,
    );
    expect(opened.transactions[0]!.namespaceWrites).toEqual([{ namespace: 'anchor', key: 'log:a', value: undefined }]);
  });

  test('shows writes and endorsers of no transaction that is not VALID, whatever is in it', () => {
    const { orderer } = hospitals;
    const flags = Uint8Array.of(0, VALIDATION_CODE.BAD_PAYLOAD, VALIDATION_CODE.MVCC_READ_CONFLICT);
    const data = [good.data[0]!, Buffer.from('rubbish'), good.data[0]!];
    const [first, second, third] = openBlock(encodeBlock(block(orderer, data, flags)), hospitals.trust).transactions;
    expect(second).toMatchObject({ txId: '', code: 'BAD_PAYLOAD', namespaceWrites: [], endorsers: [] });
    expect(third).toMatchObject({ txId: first!.txId, code: 'MVCC_READ_CONFLICT', namespaceWrites: [], endorsers: [] });
  });

  test('opens after its certificates have expired: they were in date when it was made', () => {
    expect(unproven(blockOf({ at: new Date('2026-12-31T00:00:00Z') }))).toBeUndefined();
    expect(unproven(blockOf({ at: new Date('2027-01-02T00:00:00Z') }))?.message).toMatch(/was not in date at 2027/);
    expect(unproven(blockOf({ at: new Date('2025-12-31T00:00:00Z') }))?.reason).toBe('IDENTITY');
  });

  test('is not spoilt by an endorsement that counts for nothing', async () => {
    const { peerA, peerB, adminA } = hospitals;
    const stranger = (await makeHospitals()).peerA;
    const opened = openBlock(encodeBlock(blockOf({ endorsers: [stranger, peerA, adminA, peerB] })), hospitals.trust);
    expect(opened.transactions[0]!.endorsers).toEqual(['HospitalAMSP', 'HospitalBMSP']);
  });
});

/** Why trust does not reach the one transaction of this block. */
function unproven(given: Block, trust: BlockTrust = hospitals.trust): BlockError | undefined {
  const [transaction] = openBlock(encodeBlock(given), trust).transactions;
  if (transaction!.unproven) expect(transaction!.namespaceWrites).toEqual([]);
  return transaction!.unproven;
}

/** As real peers take it: properly endorsed and signed, its payload with a field that nobody knows. */
function withUnknownField(creator: SigningIdentity): Uint8Array {
  const envelope = decodeEnvelope(transactionEnvelope({ endorsers: [hospitals.peerA, hospitals.peerB], creator }));
  const payload = Buffer.concat([envelope.payload, Buffer.of(0x78, 0x01)]);
  return encodeEnvelope({ payload, signature: creator.sign(payload) });
}

describe('a VALID transaction proves nothing, and shows no writes', () => {
  test('when an organisation that must endorse has not, or only by one who is no peer', () => {
    const { peerA, adminA, peerB } = hospitals;
    expect(unproven(blockOf({ endorsers: [peerA] }))).toMatchObject({
      reason: 'ENDORSEMENT',
      message:
        'The transaction is endorsed by HospitalAMSP alone, but 2 of HospitalAMSP, HospitalBMSP must endorse it.',
    });
    expect(unproven(blockOf({ endorsers: [] }))?.message).toMatch(/endorsed by nobody/);
    expect(unproven(blockOf({ endorsers: [adminA, peerB] }))?.message).toMatch(/by HospitalBMSP alone/);
  });

  test('when no organisation need endorse and none has', () => {
    const trust = { ...hospitals.trust, endorsement: [] };
    expect(unproven(blockOf({ endorsers: [] }), trust)?.message).toMatch(/endorsed by nobody/);
    expect(unproven(blockOf({ endorsers: [] }), { ...hospitals.trust, atLeast: 0 })).toBeDefined();
  });

  test('when what was endorsed is not what is in it', () => {
    const tamper = (payload: Uint8Array) => {
      const text = Buffer.from(payload).toString('latin1').replace('"size":1', '"size":2');
      return Buffer.from(text, 'latin1');
    };
    expect(unproven(blockOf({ tamper }))).toMatchObject({ reason: 'ENDORSEMENT' });
  });

  test('when a transaction writes to a namespace that is not its own', () => {
    const sets = decodeReadWriteSet(action().results).map((set) => ({ ...set, namespace: 'other' }));
    const foreign = action({ results: encodeReadWriteSet(sets) });
    expect(unproven(blockOf({ action: foreign }))?.message).toMatch(/a namespace that is not its chaincode/);
  });

  test('when its creator is of an organisation that is not trusted', async () => {
    const others = await makeHospitals();
    expect(unproven(blockOf({ creator: others.clientA }))).toMatchObject({ reason: 'IDENTITY' });
  });

  test('when the endorsement is for another proposal', () => {
    expect(unproven(blockOf({ hash: Buffer.alloc(32, 1) }))).toMatchObject({ reason: 'PROPOSAL_HASH' });
  });

  test('when its creator did not sign it', () => {
    expect(unproven(blockOf({ signer: hospitals.adminA }))).toMatchObject({ reason: 'SIGNATURE' });
  });

  test('when the result is that of another chaincode', () => {
    const other = action({ chaincode: { name: 'other', version: '1.0' } });
    expect(unproven(blockOf({ action: other }))).toMatchObject({ reason: 'HEADER' });
  });

  test('when it is of another channel', () => {
    expect(unproven(good, { ...hospitals.trust, channel: 'other' })).toMatchObject({ reason: 'HEADER' });
  });

  test('when it claims a time at which no certificate is in date, beside others or alone', () => {
    const { peerA, peerB, clientA, orderer } = hospitals;
    const both = { endorsers: [peerA, peerB], creator: clientA };
    const times = [new Date(8.64e15), NOW, new Date(0)];
    const data = times.map((at) => transactionEnvelope({ ...both, at }));
    const { transactions } = openBlock(encodeBlock(block(orderer, data)), hospitals.trust);
    expect(transactions.map((one) => one.unproven?.reason)).toEqual(['IDENTITY', undefined, 'IDENTITY']);
    expect(unproven(block(orderer, data.slice(0, 1)))).toMatchObject({ reason: 'IDENTITY' });
  });

  test('when it cannot be read', () => {
    expect(unproven(block(hospitals.orderer, [Buffer.from('rubbish')]))).toMatchObject({ reason: 'MALFORMED' });
  });

  test('and the transactions beside it prove what they prove', async () => {
    const others = await makeHospitals();
    const { peerA, peerB, clientA, orderer } = hospitals;
    const both = { endorsers: [peerA, peerB], creator: clientA };
    const data = [
      transactionEnvelope({ ...both, creator: others.clientA }),
      transactionEnvelope(both),
      transactionEnvelope({ ...both, endorsers: [peerA] }),
      withUnknownField(clientA),
      Buffer.from('rubbish'),
    ];
    const { transactions } = openBlock(encodeBlock(block(orderer, data)), hospitals.trust);
    expect(transactions.map((one) => [one.unproven?.reason, one.namespaceWrites.length])).toEqual([
      ['IDENTITY', 0],
      [undefined, 1],
      ['ENDORSEMENT', 0],
      ['MALFORMED', 0],
      ['MALFORMED', 0],
    ]);
  });
});

describe('where so many of the organisations must endorse', () => {
  const names = ['A', 'B', 'C', 'D'];
  const mspOf = (name: string) => `Hospital${name}MSP`;

  async function hospital(name: string) {
    const roles = [{ name: 'peer', role: 'peer' as const }];
    const made = await makeOrganization({ name: `Hospital${name}`, mspId: mspOf(name) }, roles, VALIDITY);
    return { ca: made.ca.certificate, peer: identityOf(made, 'peer') };
  }

  async function consortium(size: number) {
    const { trust, peerA, peerB } = hospitals;
    const later = await Promise.all(names.slice(2, size).map(hospital));
    const cas = Object.fromEntries(later.map(({ ca }, index) => [mspOf(names[index + 2]!), [ca]]));
    return {
      peers: [peerA, peerB, ...later.map(({ peer }) => peer)],
      trust: { ...trust, peerMsps: { ...trust.peerMsps, ...cas }, endorsement: names.slice(0, size).map(mspOf) },
    };
  }

  test.each([
    [3, 2],
    [4, 3],
  ])('of %i hospitals, endorsements of %i are enough, whichever they are, and fewer are not', async (size, atLeast) => {
    const { peers, trust } = await consortium(size);
    for (let chosen = 0; chosen < 2 ** size; chosen += 1) {
      const endorsers = peers.filter((_, index) => (chosen >> index) & 1);
      const found = unproven(blockOf({ endorsers }), { ...trust, atLeast });
      expect([chosen, found === undefined]).toEqual([chosen, endorsers.length >= atLeast]);
    }
  });

  test('an organisation counts once, however many of its peers sign', async () => {
    const { peers, trust } = await consortium(3);
    const endorsers = [peers[0]!, peers[0]!, peers[0]!];
    expect(unproven(blockOf({ endorsers }), { ...trust, atLeast: 2 })).toBeDefined();
  });

  test('one that is trusted but not named does not count', async () => {
    const { peers, trust } = await consortium(3);
    const named = { ...trust, endorsement: trust.endorsement.slice(0, 2), atLeast: 2 };
    expect(unproven(blockOf({ endorsers: [peers[0]!, peers[2]!] }), named)?.message).toMatch(/HospitalAMSP alone/);
  });
});

describe('a block is refused', () => {
  test('when its transactions are not those of the header', () => {
    const other = blockOf({});
    expect(refusal({ ...good, data: other.data }).reason).toBe('DATA_HASH');
    expect(refusal({ ...good, data: [...good.data, ...other.data] }).reason).toBe('DATA_HASH');
  });

  test('when nobody, or nobody who may, has signed as orderer', async () => {
    const unsigned = good.metadata.with(METADATA.SIGNATURES, new Uint8Array());
    const others = await makeHospitals();
    expect(refusal({ ...good, metadata: unsigned })).toMatchObject({ reason: 'ORDERER' });
    expect(refusal(block(others.orderer, good.data))).toMatchObject({ reason: 'IDENTITY' });
    expect(refusal(block(hospitals.peerA, good.data))).toMatchObject({ reason: 'IDENTITY' });
    const notOrderer = identityOf(hospitals.organizations.orderer, 'client');
    expect(refusal(block(notOrderer, good.data)).message).toMatch(/a member that is no orderer/);
  });

  test('when the certificate of the orderer was not in date when what it proves was made', async () => {
    const earlier = { notBefore: new Date('2025-01-01T00:00:00Z'), notAfter: new Date('2026-01-01T00:00:00Z') };
    const roles = [{ name: 'orderer', role: 'orderer' as const }];
    const expired = await makeOrganization({ name: 'Orderer', mspId: 'OrdererMSP' }, roles, earlier);
    const trust = { ...hospitals.trust, ordererMsps: { OrdererMSP: [expired.ca.certificate] } };
    const late = block(identityOf(expired, 'orderer'), good.data);
    expect(refusal(late, trust).message).toMatch(/"OrdererMSP" was not in date/);
  });

  test('when the orderer signed another header', () => {
    expect(refusal({ ...good, number: 6 })).toMatchObject({ reason: 'SIGNATURE' });
    expect(refusal({ ...good, previousHash: Buffer.alloc(32) })).toMatchObject({ reason: 'SIGNATURE' });
  });

  test('when it belongs to another installation', async () => {
    expect(refusal(good, (await makeHospitals()).trust)).toMatchObject({ reason: 'IDENTITY' });
  });

  test('when flags are missing or too many', () => {
    const flagged = (flags: number[]) => ({ ...good, metadata: good.metadata.with(2, Uint8Array.from(flags)) });
    expect(refusal(flagged([]))).toMatchObject({ reason: 'FLAGS' });
    expect(refusal(flagged([0, 0]))).toMatchObject({ reason: 'FLAGS' });
  });

  test('when bytes were added or cut', () => {
    const bytes = Buffer.from(encodeBlock(good));
    expect(refusal(Buffer.concat([bytes, Buffer.from([0x22, 0x00])]))).toMatchObject({ reason: 'MALFORMED' });
    expect(refusal(bytes.subarray(0, -1))).toMatchObject({ reason: 'MALFORMED' });
    expect(refusal(Buffer.alloc(0))).toMatchObject({ reason: 'MALFORMED' });
  });
});

test('any one bit changed in a block is found, or lies in the flags and COMMIT_HASH that nobody signs', () => {
  const bytes = Buffer.from(encodeBlock(good));
  const position = fc.record({ at: fc.nat(bytes.length - 1), bit: fc.nat(7) });
  fc.assert(
    fc.property(position, ({ at, bit }) => {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1 << bit;
      try {
        openBlock(changed, hospitals.trust);
      } catch (error) {
        if (!(error instanceof BlockError)) throw error;
        return;
      }
      const { metadata, ...signed } = decodeBlock(changed);
      const { metadata: before, ...original } = decodeBlock(bytes);
      expect(signed).toEqual(original);
      expect(metadata[METADATA.SIGNATURES]).toEqual(before[METADATA.SIGNATURES]);
    }),
    { numRuns: 500 },
  );
});
