// Hyperledger Fabric 3.1 documentation, "Endorsement policies": a majority of three and of four hospitals, as the channel has it and as a pin names it
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeBlock, encodeBlock, METADATA, type OpenedTransaction, openBlock } from '#libs/fabric-block';
import type { LedgerClient } from './ledger-client.js';
import { type LedgerUnderTest, startLedger } from './ledger-under-test.js';

const mspsOf = (names: string) => names.split('').map((name) => `Hospital${name}MSP`);

describe.each([
  { hospitals: 3, atLeast: 2, enough: ['AB', 'AC', 'BC', 'ABC'], few: ['A', 'B', 'C'] },
  { hospitals: 4, atLeast: 3, enough: ['ABC', 'ABD', 'BCD', 'ABCD'], few: ['A', 'AB', 'CD'] },
])('of $hospitals hospitals $atLeast must endorse', ({ hospitals, atLeast, enough, few }) => {
  let ledger: LedgerUnderTest;
  let client: LedgerClient;

  beforeAll(async () => {
    ledger = await startLedger({ hospitals });
    client = ledger.client();
  }, 120_000);

  afterAll(() => ledger?.close());

  /** Its code on the ledger, and what its block proves of it to who trusts the certificates and the channel's policy. */
  async function endorsedBy(names: string): Promise<{ code: string; block: Uint8Array; txId: string }> {
    const endorsingOrganizations = mspsOf(names);
    const proposal = { arguments: [`by ${names}`, 'v'], endorsingOrganizations };
    const { txId, code } = await client.order(await client.endorseWith('put', proposal));
    return { txId, code, block: await client.query('GetBlockByTxID', txId) };
  }

  function proven(block: Uint8Array, txId: string): OpenedTransaction {
    return openBlock(block, ledger.network.trust).transactions.find((one) => one.txId === txId)!;
  }

  test('as its trust root says', () => {
    expect(ledger.network.trust).toMatchObject({ atLeast, endorsement: mspsOf('ABCD'.slice(0, hospitals)) });
  });

  test.each(enough)('endorsed by %s a transaction is valid, and its block proves it', async (names) => {
    const { code, block, txId } = await endorsedBy(names);
    expect(code).toBe('VALID');
    const transaction = proven(block, txId);
    expect(transaction.unproven).toBeUndefined();
    expect(transaction).toMatchObject({ endorsers: mspsOf(names), namespaceWrites: [{ key: `by ${names}` }] });
  });

  test.each(few)('endorsed by %s alone it is not, whatever flag is put on it', async (names) => {
    const { code, block, txId } = await endorsedBy(names);
    expect(code).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(proven(block, txId)).toMatchObject({ code, namespaceWrites: [] });
    const { metadata, ...rest } = decodeBlock(block);
    const flags = new Uint8Array(rest.data.length);
    const flagged = encodeBlock({ ...rest, metadata: metadata.with(METADATA.TRANSACTIONS_FILTER, flags) });
    const { unproven, namespaceWrites } = proven(flagged, txId);
    expect(unproven?.message).toMatch(new RegExp(`but ${atLeast} of .* must endorse it`));
    expect(namespaceWrites).toEqual([]);
  });

  test('what a gateway chooses by itself is enough', async () => {
    const { txId } = await client.submit('put', 'by whom the gateway likes', 'v');
    const transaction = proven(await client.query('GetBlockByTxID', txId), txId);
    expect(transaction.unproven).toBeUndefined();
    expect(transaction.endorsers.length).toBeGreaterThanOrEqual(atLeast);
  });
});
