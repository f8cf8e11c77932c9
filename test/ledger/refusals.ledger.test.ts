// Hyperledger Fabric 3.1 documentation, "Fabric Gateway", error handling: what a call is refused with
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type LedgerClient, refusal } from './ledger-client.js';
import { CHAINCODE, type LedgerUnderTest, startLedger } from './ledger-under-test.js';

let ledger: LedgerUnderTest;
let client: LedgerClient;

beforeAll(async () => {
  ledger = await startLedger();
  client = ledger.client();
});

afterAll(() => ledger?.close());

describe('a contract that refuses', () => {
  test('gives its message when endorsing', async () => {
    expect(await refusal(client.endorse('fail', 'GAP the log has 3 leaves'))).toEqual({
      code: 'ABORTED',
      message: '10 ABORTED: failed to endorse transaction, see attached details for more info',
      details: ['chaincode response 500, GAP the log has 3 leaves'],
    });
  });

  test('gives its message when evaluating', async () => {
    expect(await refusal(client.evaluate('fail', 'GAP the log has 3 leaves'))).toEqual({
      code: 'UNKNOWN',
      message: '2 UNKNOWN: evaluate call to endorser returned error: chaincode response 500, GAP the log has 3 leaves',
      details: ['chaincode response 500, GAP the log has 3 leaves'],
    });
  });

  test('leaves nothing of what it has written before', async () => {
    await refusal(client.endorse('putThenFail', 'never'));
    expect(await client.evaluate('get', 'never')).toBe('');
  });

  test('of a function that it does not have', async () => {
    const { code, details } = await refusal(client.endorse('nonsense'));
    expect(code).toBe('ABORTED');
    expect(details.join()).toMatch(/^chaincode response 500, .*nonsense/);
  });

  test('gives a message of a thousand characters whole', async () => {
    const message = `LONG ${'m'.repeat(1_000)}`;
    expect((await refusal(client.endorse('fail', message))).details).toEqual([`chaincode response 500, ${message}`]);
  });
});

describe('peers that cannot agree', () => {
  test('do not endorse what came out different', async () => {
    const { code, message, details } = await refusal(client.endorseOnce('random'));
    expect(code).toBe('ABORTED');
    expect(message).toMatch(/failed to collect enough transaction endorsements/);
    expect(details.join()).toMatch(/ProposalResponsePayloads do not match/);
  });
});

describe('the wrong name', () => {
  test('of a chaincode', async () => {
    const unknown = client.channel.getContract('unheard-of');
    const endorsing = await refusal(unknown.newProposal('get').endorse());
    const evaluating = await refusal(unknown.evaluateTransaction('get'));
    expect([endorsing.code, evaluating.code]).toEqual(['FAILED_PRECONDITION', 'FAILED_PRECONDITION']);
    expect(endorsing.message).toMatch(/no combination of peers can be derived which satisfy the endorsement policy: /);
    expect(evaluating.message).toMatch(/no peers available to evaluate chaincode unheard-of in channel /);
  });

  test('of a channel', async () => {
    const elsewhere = client.gateway.getNetwork('elsewhere').getContract(CHAINCODE);
    expect(await refusal(elsewhere.newProposal('get', { arguments: ['k'] }).endorse())).toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: expect.stringMatching(/no combination of peers can be derived which satisfy the endorsement policy: /),
    });
    expect(await refusal(elsewhere.evaluateTransaction('get', 'k'))).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/could not get last config for channel elsewhere/),
    });
  });

  test('of an organisation that should endorse', async () => {
    const asked = client.endorseWith('put', { arguments: ['k', 'v'], endorsingOrganizations: ['NobodyMSP'] });
    expect(await refusal(asked)).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/failed to find any endorsing peers for org\(s\): NobodyMSP/),
    });
  });
});

describe('too few organisations', () => {
  test.each([['HospitalAMSP'], ['HospitalBMSP']])('%s alone cannot make a transaction valid', async (mspId) => {
    const transaction = await client.endorseWith('put', { arguments: ['alone', 'v'], endorsingOrganizations: [mspId] });
    expect(await client.order(transaction)).toMatchObject({ code: 'ENDORSEMENT_POLICY_FAILURE' });
    expect(await client.evaluate('get', 'alone')).toBe('');
  });

  test('all of them named one by one can', async () => {
    const endorsingOrganizations = ['HospitalBMSP', 'HospitalAMSP'];
    const transaction = await client.endorseWith('put', { arguments: ['named', 'v'], endorsingOrganizations });
    expect(await client.order(transaction)).toMatchObject({ code: 'VALID' });
  });

  test('of which one is asked to evaluate answers', async () => {
    const proposal = client.contract.newProposal('get', {
      arguments: ['named'],
      endorsingOrganizations: ['HospitalBMSP'],
    });
    expect(Buffer.from(await proposal.evaluate()).toString('utf8')).toBe('v');
  });
});

describe('a contract that is away', () => {
  beforeAll(() => ledger.stopContract());

  test('cannot be asked to endorse, nor to evaluate', async () => {
    const endorsing = await refusal(client.endorse('put', 'k', 'v'));
    expect(endorsing.code).toBe('ABORTED');
    expect(endorsing.details.join()).toMatch(/error in simulation: failed to execute transaction/);
    expect(endorsing.details.join()).toMatch(/could not launch chaincode|connection to|error sending/);
    expect((await refusal(client.evaluate('get', 'k'))).code).toBe('ABORTED');
  });

  test('does not keep anyone from asking for blocks', async () => {
    expect(await client.height()).toBeGreaterThan(1);
  });

  test('is found again when it is back', async () => {
    await ledger.startContract();
    await client.whenEndorsed();
    expect(await client.submit('put', 'back', 'v')).toMatchObject({ code: 'VALID' });
  });
});
