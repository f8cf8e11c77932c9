// ADR 65 on real peers: a batch that they refused, under a receipt that says otherwise
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verifyReceipt } from '#libs/evidence';
import { openBlock, openEnvelope } from '#libs/fabric-block';
import { openNetwork, readConnection } from '#libs/fabric-network';
import { connectLedger, type Ledger } from '#libs/ledger';
import { ForkedLog, type Sent } from '../../apps/holdfast/test/forked-log.js';
import { freeBase, runProgram } from './program.js';
import { describeRealFabric } from './real-fabric.js';

const CLI = 'dist/apps/holdfast/src/main.js';

describeRealFabric('of two batches that real peers endorsed on one base', () => {
  let folder: string;
  let environment: { DATA_DIR: string; FABRIC_BIN: string };
  let ledger: Ledger;
  let log: ForkedLog;

  const judged = async (...receipt: Parameters<ForkedLog['receipt']>) =>
    verifyReceipt(await log.receipt(...receipt), log.pin, { openBlock, openEnvelope });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-forked-'));
    environment = { DATA_DIR: folder, FABRIC_BIN: process.env.FABRIC_BIN! };
    const port = await freeBase([0, 1, 3, 4, 1001]);
    await runProgram(CLI, ['network', 'up', '--port', String(port)], environment);
    ledger = await connectLedger(await readConnection(join(folder, 'ledger')));
    log = new ForkedLog(ledger, await openNetwork(join(folder, 'ledger')), 'site-a');
    await log.make();
  }, 240_000);

  afterAll(async () => {
    ledger?.close();
    await runProgram(CLI, ['network', 'down'], environment);
    await rm(folder, { recursive: true, force: true });
  });

  test('they found one VALID, and the next batch shows which', async () => {
    const { shown, hidden, next, unsent } = log.batches;
    expect([shown.code, hidden.code, next.code]).toEqual(['VALID', 'MVCC_READ_CONFLICT', 'VALID']);
    for (const { envelope } of [next, unsent]) {
      const { verdict, event } = await judged(shown, envelope);
      expect([verdict, event?.successor?.endorsers]).toEqual(['OK', ['HospitalAMSP', 'HospitalBMSP']]);
    }
  });

  test('the other is OK on the word of the site alone, and FORKED with the next batch, whatever the orderer signs', async () => {
    const { shown, hidden, next } = log.batches;
    const second = await log.secondBlock(hidden, shown);
    for (const block of [undefined, second]) {
      const { verdict, detail } = await judged(hidden, undefined, block);
      expect([verdict, detail]).toEqual(['OK', expect.stringMatching(/so far the word of site-a$/)]);
      expect((await judged(hidden, next.envelope, block)).verdict).toBe('FORKED');
    }
  });

  test.each<[string, keyof ForkedLog['batches']]>([
    ['a later batch', 'later'],
    ['the batch of another site', 'foreign'],
    ['a batch that one organisation endorsed', 'lone'],
  ])('neither stands with %s as the next', async (_, name) => {
    const { shown, hidden, [name]: other } = log.batches as Record<string, Sent>;
    for (const one of [shown!, hidden!]) expect((await judged(one, other!.envelope)).verdict).toBe('ALTERED');
  });
});
