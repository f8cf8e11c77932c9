// verify: what a real receipt from a real ledger must survive, and what it must not
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dataElement } from '#libs/blob';
import {
  contentCommitment,
  contentOpening,
  decodeOpening,
  type EventDraft,
  type Pin,
  parseReceipt,
  pinText,
  type Receipt,
  receiptText,
  verifyReceipt,
} from '#libs/evidence';
import { openBlock, openEnvelope } from '#libs/fabric-block';
import { latestCheckpoint } from '#libs/store';
import type { Installation } from '../../anchor-worker/src/installation/installation.js';
import { TestSite } from '../../anchor-worker/test/site.js';
import { verifyFile, verifySince } from '../src/verify/index.js';

const ledger = { openBlock, openEnvelope };
const key = randomBytes(32);
const content = {
  bytes: Buffer.from('{"resourceType":"Patient","id":"p1","meta":{"versionId":"1"}}'),
  type: 'Patient',
  id: 'p1',
  version: '1',
  lastUpdated: '2026-01-02T03:04:05.678Z',
  labels: [],
};
const draft: EventDraft = {
  action: 'create',
  decision: 'permit',
  outcome: 201,
  patient: 'p1',
  agent: 'Practitioner/1',
  client: 'ehr',
  purpose: 'TREAT',
  definitions: 'r4',
  content: contentCommitment(key, content),
  subject: { type: 'Patient', id: 'p1', version: '1' },
};

let folder: string;
let sites: TestSite[];
let installations: Installation[];
let pin: Pin;
let receipt: string;
let early: string;

const file = (name: string) => join(folder, name);

async function receiptOf(site: TestSite, installation: Installation): Promise<string> {
  await site.addEvents(3);
  await site.anchor(installation);
  const made = await site.addEvent(draft);
  await site.addEvents(3);
  await site.anchor(installation);
  return site.receipt(3, { opening: decodeOpening(made.opening), content: contentOpening(key, content) });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-verify-'));
  sites = [await TestSite.open(), await TestSite.open()];
  installations = [await sites[0]!.installation(), await sites[1]!.installation()];
  pin = installations[0]!.pin;
  receipt = await receiptOf(sites[0]!, installations[0]!);
  early = (await latestCheckpoint(sites[0]!.database.query))!.checkpoint;
  await writeFile(file('receipt.json'), receipt);
  await writeFile(file('pin.json'), pinText(pin));
  await writeFile(file('patient.json'), content.bytes);
});
afterAll(async () => {
  for (const installation of installations) installation.ledger.close();
  for (const site of sites) await site.close();
  await rm(folder, { recursive: true });
});

describe('a receipt from the ledger', () => {
  it('is OK, and says who did what, when, and where that is on the ledger', async () => {
    const { lines, exitCode } = await verifyFile(file('receipt.json'), file('pin.json'), file('patient.json'));
    const text = lines.join('\n');
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatch(/^OK/);
    expect(text).toMatch(/event +create for TREAT: permit, answered 201/);
    expect(text).toMatch(/about +Patient\/p1\/_history\/1/);
    expect(text).toMatch(/by +Practitioner\/1/);
    expect(text).toMatch(/content +equal to what was recorded/);
    expect(text).toMatch(/log +place 3 of 7/);
    expect(text).toMatch(/endorsed +HospitalAMSP, HospitalBMSP/);
    expect(text).toMatch(/operator +one operator holds all keys/);
  });

  it('fails with one changed byte, wherever it is and whatever it becomes', () => {
    fc.assert(
      fc.property(fc.nat(receipt.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = Buffer.from(receipt);
        bytes[at]! ^= flip;
        expect(verifyReceipt(bytes.toString('utf8'), pin, ledger).verdict).not.toBe('OK');
      }),
      { numRuns: 600 },
    );
  });

  it('fails with one changed byte of the block, although the ledger signs only a part of it', () => {
    const parsed = parseReceipt(receipt);
    fc.assert(
      fc.property(fc.nat(parsed.block.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const block = Buffer.from(parsed.block);
        block[at]! ^= flip;
        const { verdict, detail } = verifyReceipt(receiptText({ ...parsed, block }), pin, ledger);
        expect(verdict).toBe('ALTERED');
        expect(detail).toMatch(/block/);
      }),
      { numRuns: 200 },
    );
  });

  it('fails with one changed byte of the content', async () => {
    const changed = Buffer.from(content.bytes);
    changed[20]! ^= 1;
    await writeFile(file('changed.json'), changed);
    const { lines, exitCode } = await verifyFile(file('receipt.json'), file('pin.json'), file('changed.json'));
    expect(exitCode).toBe(1);
    expect(lines).toEqual([expect.stringMatching(/^ALTERED +the content differs/)]);
  });

  it('is UNTRUSTED_KEY under the pin of a second installation', async () => {
    await writeFile(file('other-pin.json'), pinText(installations[1]!.pin));
    const { lines, exitCode } = await verifyFile(file('receipt.json'), file('other-pin.json'));
    expect(exitCode).toBe(1);
    expect(lines[0]).toMatch(/^UNTRUSTED_KEY/);
  });

  it('is UNTRUSTED_KEY when only the ledger is that of a second installation', () => {
    const { ordererMsps, peerMsps } = installations[1]!.pin;
    expect(verifyReceipt(receipt, { ...pin, ordererMsps, peerMsps }, ledger).verdict).toBe('UNTRUSTED_KEY');
  });

  it('is refused with an unknown member', async () => {
    await writeFile(file('more.json'), receipt.replace('{', '{"a":1,'));
    const { lines } = await verifyFile(file('more.json'), file('pin.json'));
    expect(lines[0]).toMatch(/^ALTERED +the receipt has the unknown member "a"/);
  });

  it('does not let what it names act upon the terminal', async () => {
    const site = sites[0]!;
    const made = await site.addEvent({ ...draft, agent: 'a\u001b[2Jb\u202ec' });
    await site.anchor(installations[0]!);
    const openings: Pick<Receipt, 'opening' | 'content'> = { opening: decodeOpening(made.opening) };
    await writeFile(file('escape.json'), await site.receipt(7, openings));
    const { lines, exitCode } = await verifyFile(file('escape.json'), file('pin.json'));
    expect(exitCode).toBe(0);
    expect(lines.join('\n')).toContain('a?[2Jb?c');
  });
});

describe('a receipt that is fetched again after the next batch', () => {
  let again: string;
  beforeAll(async () => {
    again = await sites[0]!.receipt(3);
    await writeFile(file('again.json'), again);
  });

  it('is OK, and the next batch shows that its own was found VALID', async () => {
    const { lines, exitCode } = await verifyFile(file('again.json'), file('pin.json'));
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatch(/; found VALID by the peers of HospitalAMSP and HospitalBMSP, as their endorsement of/);
    const first = await verifyFile(file('receipt.json'), file('pin.json'));
    expect(first.lines[0]).toMatch(/^OK .*; that it was found VALID there is so far the word of site-a$/);
  });

  it('fails with one changed byte of the next batch, wherever it is and whatever it becomes', () => {
    const parsed = parseReceipt(again);
    fc.assert(
      fc.property(fc.nat(parsed.successor!.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const successor = Buffer.from(parsed.successor!);
        successor[at]! ^= flip;
        const { verdict, detail } = verifyReceipt(receiptText({ ...parsed, successor }), pin, ledger);
        expect([verdict, detail]).toEqual([
          expect.stringMatching(/^ALTERED|UNTRUSTED_KEY$/),
          expect.stringMatching(/successor/),
        ]);
      }),
      { numRuns: 400 },
    );
  });
});

describe('the time of an event beside that of its transaction', () => {
  const said = async (secondsAgo: number) => {
    const site = sites[0]!;
    await site.addEvent(draft, secondsAgo);
    await site.anchor(installations[0]!);
    const place = (await latestCheckpoint(site.database.query))!.size - 1;
    await writeFile(file('time.json'), await site.receipt(place));
    const { lines, exitCode } = await verifyFile(file('time.json'), file('pin.json'));
    expect(exitCode).toBe(0);
    return lines.join('\n');
  };

  it('is printed, and not remarked upon where they are near', async () => {
    for (const secondsAgo of [0, 800, -800]) {
      const text = await said(secondsAgo);
      expect(text).toMatch(
        /^anchored +sent \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}000Z, by the time that its transaction claims$/m,
      );
      expect(text).not.toContain('REMARK');
    }
  });

  it('is remarked upon, and no verdict, where the ledger heard of it long after', async () => {
    expect(await said(930)).toMatch(/^REMARK +the ledger heard of it 15 min after the time that it claims:/m);
    expect(await said(93_600 + 62)).toMatch(
      /^REMARK +the ledger heard of it 1 d 2 h 1 min after .*\n +long, or is back-dated/m,
    );
  });

  it('is remarked upon where it lies after', async () => {
    expect(await said(-7_260)).toMatch(/^REMARK +it claims a time 2 h( 1 min)? after the ledger heard of it/m);
  });
});

describe('a Binary that was recorded with its content and names it as well', () => {
  const data = Buffer.from('what is in it');
  const named = JSON.stringify(dataElement({ size: data.length, sha256: createHash('sha256').update(data).digest() }));
  const sent = `{"resourceType":"Binary","id":"b1","data":"${data.toString('base64')}","_data":${named}}`;
  const binary = { ...content, bytes: Buffer.from(sent), type: 'Binary', id: 'b1' };
  const judge = async (text: string) => {
    await writeFile(file('binary.json'), text);
    return verifyFile(file('binary-receipt.json'), file('pin.json'), file('binary.json'));
  };

  it('is OK as a read sends it, and ALTERED with other data', async () => {
    const site = sites[0]!;
    const subject = { type: 'Binary', id: 'b1', version: '1' };
    const made = await site.addEvent({ ...draft, subject, content: contentCommitment(key, binary) });
    await site.anchor(installations[0]!);
    const openings = { opening: decodeOpening(made.opening), content: contentOpening(key, binary) };
    await writeFile(file('binary-receipt.json'), await site.receipt(14, openings));
    expect((await judge(sent)).lines.join('\n')).toMatch(/content +equal to what was recorded/);
    expect(await judge(sent.replace('"data":"d', '"data":"e'))).toEqual({
      exitCode: 1,
      lines: [expect.stringMatching(/^ALTERED +the data of this Binary is not what/)],
    });
    expect(await judge(sent.replace('b1', 'b2'))).toEqual({
      exitCode: 1,
      lines: [expect.stringMatching(/^ALTERED +the content differs/)],
    });
  });
});

describe('a file that is none', () => {
  it.each([
    ['missing.json', 'pin.json', /missing.json cannot be read/],
    ['receipt.json', 'receipt.json', /is no pin/],
    ['receipt.json', 'missing.json', /missing.json cannot be read/],
  ])('%s with %s ends in one sentence and exit code 2', async (name, pinName, sentence) => {
    const { lines, exitCode } = await verifyFile(file(name), file(pinName));
    expect(exitCode).toBe(2);
    expect(lines).toEqual([expect.stringMatching(sentence)]);
  });
});

describe('a pin that cannot be used', () => {
  const judged = async (given: Pin) => {
    await writeFile(file('broken-pin.json'), pinText(given));
    return verifyFile(file('receipt.json'), file('broken-pin.json'));
  };
  const broken = (msps: Pin['peerMsps'], pems: string[]) => ({ ...msps, [Object.keys(msps)[0]!]: pems });

  it.each<[string, (pem: string) => string[]]>([
    ['a certificate that is cut', (pem) => [pem.slice(0, 200)]],
    ['a certificate with a changed letter', (pem) => [pem.replace(/MII/, 'MIJ')]],
    ['a broken certificate beside a good one', (pem) => [pem, 'pem']],
    ['no certificate', () => []],
  ])('with %s ends in one sentence and exit code 2, and not in a verdict', async (_, change) => {
    for (const side of ['ordererMsps', 'peerMsps'] as const) {
      const [mspId, [pem]] = Object.entries(pin[side])[0] as [string, [string]];
      expect(await judged({ ...pin, [side]: broken(pin[side], change(pem)) })).toEqual({
        exitCode: 2,
        lines: [expect.stringMatching(new RegExp(`^The pin .* cannot be used: .* certificates of "${mspId}"\\.$`))],
      });
    }
  });
});

describe('the log since a kept checkpoint', () => {
  beforeAll(async () => {
    await writeFile(file('checkpoint.txt'), early);
    await sites[0]!.addEvents(300);
    await sites[0]!.anchor(installations[0]!);
  });

  const since = (name: string) => verifySince(file(name), file('pin.json'), sites[0]!.database.query);

  it('is OK when it has only grown', async () => {
    expect(await since('checkpoint.txt')).toMatchObject({
      exitCode: 0,
      lines: [expect.stringMatching(/^OK +the log of 315 leaves/)],
    });
  });

  it('ends with exit code 2 and no verdict when the database does not answer', async () => {
    const failing = () => Promise.reject(new Error('connection lost'));
    const { lines, exitCode } = await verifySince(file('checkpoint.txt'), file('pin.json'), failing);
    expect(exitCode).toBe(2);
    expect(lines.join('\n')).toMatch(/^The verification could not be made.*connection lost/s);
  });

  it('is UNTRUSTED_KEY or ALTERED when the checkpoint is not one of ours', async () => {
    await sites[1]!.addEvents(1);
    await sites[1]!.anchor(installations[1]!);
    await writeFile(file('foreign.txt'), (await latestCheckpoint(sites[1]!.database.query))!.checkpoint);
    expect((await since('foreign.txt')).lines[0]).toMatch(/^UNTRUSTED_KEY/);
    await writeFile(file('forged.txt'), early.replace('\n7\n', '\n6\n'));
    expect((await since('forged.txt')).lines[0]).toMatch(/^ALTERED/);
  });

  it('is FORKED when leaves of the tiles were changed, and DELETED when tiles are gone', async () => {
    const { query } = sites[0]!.database;
    await query('CREATE TABLE kept AS TABLE tile');
    await query(`UPDATE tile SET hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1)`);
    expect((await since('checkpoint.txt')).lines[0]).toMatch(/^FORKED/);
    await query('DELETE FROM tile');
    expect((await since('checkpoint.txt')).lines[0]).toMatch(/^DELETED/);
    await query('INSERT INTO tile TABLE kept');
    expect((await since('checkpoint.txt')).exitCode).toBe(0);
  });

  it('is ROLLED_BACK when its last batches are gone', async () => {
    await writeFile(file('late.txt'), (await latestCheckpoint(sites[0]!.database.query))!.checkpoint);
    const { query } = sites[0]!.database;
    await query('DELETE FROM batch WHERE tree_size > 7');
    expect((await since('late.txt')).lines[0]).toMatch(/^ROLLED_BACK +the log has lost its last 308 leaves/);
  });
});
