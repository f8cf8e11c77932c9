// Hyperledger Fabric 3.1 documentation, "Endorsement policies", key-level endorsement policies
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { envelopeOf, type LedgerClient } from './ledger-client.js';
import { type LedgerUnderTest, startLedger } from './ledger-under-test.js';
import { openTransaction, ownSet } from './opened-transaction.js';

const A = 'HospitalAMSP';
const B = 'HospitalBMSP';

let ledger: LedgerUnderTest;
let client: LedgerClient;

beforeAll(async () => {
  ledger = await startLedger();
  client = ledger.client();
});

afterAll(() => ledger?.close());

async function by(endorsingOrganizations: string[], fn: string, ...args: string[]): Promise<string> {
  return (await client.order(await client.endorseWith(fn, { arguments: args, endorsingOrganizations }))).code;
}

describe('a key with a policy of its own', () => {
  beforeAll(async () => {
    await client.submit('putWithPolicy', 'of A', '1', A);
    await client.submit('putWithPolicy', 'of B', '1', B);
    await client.submit('putWithPolicy', 'of both', '1', A, B);
  });

  test('tells the contract whose it is', async () => {
    expect(JSON.parse(await client.evaluate('policyOf', 'of B'))).toEqual([B]);
    expect(JSON.parse(await client.evaluate('policyOf', 'of both'))).toEqual([A, B]);
    expect(JSON.parse(await client.evaluate('policyOf', 'of nobody'))).toEqual([]);
  });

  test.each([
    ['of A', [A], 'VALID'],
    ['of A', [B], 'ENDORSEMENT_POLICY_FAILURE'],
    ['of B', [A], 'ENDORSEMENT_POLICY_FAILURE'],
    ['of B', [B], 'VALID'],
    ['of B', [A, B], 'VALID'],
    ['of both', [A], 'ENDORSEMENT_POLICY_FAILURE'],
    ['of both', [A, B], 'VALID'],
    ['of nobody', [A], 'ENDORSEMENT_POLICY_FAILURE'],
  ])('"%s" written with the endorsement of %j is %s', async (key, mspIds, code) => {
    expect(await by(mspIds, 'put', key, '2')).toBe(code);
  });

  test('may be deleted, and given another policy, by those alone who may write it', async () => {
    await client.submit('putWithPolicy', 'moving', '1', A);
    expect(await by([B], 'setPolicy', 'moving', B)).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(await by([A], 'setPolicy', 'moving', B)).toBe('VALID');
    expect(await by([A], 'delete', 'moving')).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(await by([B], 'delete', 'moving')).toBe('VALID');
  });

  test('has none any more once it is deleted', async () => {
    await client.submit('putWithPolicy', 'reborn', '1', A);
    expect(await by([A], 'delete', 'reborn')).toBe('VALID');
    expect(await by([A], 'put', 'reborn', '2')).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(JSON.parse(await client.evaluate('policyOf', 'reborn'))).toEqual([]);
  });

  test('keeps it when the value is written', async () => {
    await client.submit('putWithPolicy', 'kept', '1', A);
    expect(await by([A], 'put', 'kept', '2')).toBe('VALID');
    expect(JSON.parse(await client.evaluate('policyOf', 'kept'))).toEqual([A]);
  });

  test('beside a key without one needs both policies', async () => {
    expect(await by([A], 'putAll', 'of A', '3', 'plain', '3')).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(await by([A, B], 'putAll', 'of A', '3', 'plain', '3')).toBe('VALID');
  });

  test('is endorsed by the right ones without being told', async () => {
    const envelope = await envelopeOf(
      await client.endorse('put', 'of both', '4'),
      ledger.network.organizations[0]!.client.identity,
    );
    expect(openTransaction(envelope).endorsements.length).toBe(2);
    expect((await client.orderEnvelope(envelope)).code).toBe('VALID');
  });

  test('is a write of metadata in the read-write set', async () => {
    const identity = ledger.network.organizations[0]!.client.identity;
    expect(ownSet(await envelopeOf(await client.endorse('putWithPolicy', 'm', 'v', A), identity))).toEqual({
      reads: [],
      writes: [['m', 'v']],
      metadata: [['m', ['VALIDATION_PARAMETER']]],
    });
    expect(ownSet(await envelopeOf(await client.endorse('policyOf', 'of nobody'), identity))).toEqual({
      reads: [['of nobody', undefined]],
      writes: [],
    });
  });

  test('whose policy changed after the endorsement is judged by the new one', async () => {
    await client.submit('putWithPolicy', 'late', '1', A);
    const transaction = await client.endorseWith('put', { arguments: ['late', '2'], endorsingOrganizations: [A] });
    expect(await by([A], 'setPolicy', 'late', B)).toBe('VALID');
    expect((await client.order(transaction)).code).toBe('ENDORSEMENT_POLICY_FAILURE');
  });
});
