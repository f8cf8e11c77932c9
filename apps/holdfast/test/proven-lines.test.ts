// What is printed of a proven event: on whose word its VALID stands, and when the ledger heard of it
import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { type Adoption, checkpointKeyText, decodeRecord, makeEvent, type Pin, type ProvenEvent } from '#libs/evidence';
import { provenLines } from '../src/verify/proven-lines.js';

const origin = 'holdfast/site-1/00';
const pin: Pin = {
  site: 'site-1',
  origin,
  checkpointKey: checkpointKeyText(origin, generateKeyPairSync('ed25519').privateKey),
  channel: 'holdfast',
  chaincode: 'anchor',
  mspId: 'AMSP',
  genesis: '00'.repeat(32),
  ordererMsps: {},
  peerMsps: {},
  endorsement: ['AMSP'],
  operator: 'two hospitals',
};
const draft = { action: 'read', decision: 'permit', outcome: 200, client: 'ehr', definitions: 'r4' } as const;
const event: ProvenEvent = {
  record: decodeRecord(makeEvent(draft, 'site-1', 1_700_000_000_000_000n).record),
  opening: undefined,
  leafIndex: 3,
  treeSize: 7,
  transaction: 'ab'.repeat(32),
  blockNumber: 4n,
  endorsers: ['AMSP'],
  sentAt: undefined,
  successor: undefined,
  contentCompared: false,
  pin,
};
const said = (change: Partial<ProvenEvent>) => provenLines({ ...event, ...change }, pin).join('\n');
const movedAt = (size: number) => {
  const before = { pin: Buffer.alloc(32) } as Adoption['before'];
  const adoption = { size, txId: 'cd'.repeat(32), blockNumber: 2n, endorsers: ['AMSP', 'BMSP'], before } as Adoption;
  return said({ moved: { adoption, isShown: true } });
};

test('without a next batch it says whose word VALID is, and what can be done', () => {
  expect(said({})).toMatch(
    /^valid +so far the word of site-1, .*\n +once there is a next batch, a receipt fetched anew/m,
  );
  expect(movedAt(8)).toMatch(/once there is a next batch, a receipt fetched anew/);
});

test('of the last batch before a move it says that none can come', () => {
  expect(movedAt(7)).toMatch(/^valid +so far the word of site-1, .*\n +no batch came after it on that ledger/m);
});

test('with a next batch it says whose peers found it VALID, and by which transaction that is seen', () => {
  const successor = { txId: 'ef'.repeat(32), endorsers: ['AMSP', 'BMSP'] };
  expect(said({ successor })).toMatch(/^valid +found so by the peers of AMSP, BMSP: .*\n +in transaction (ef){32}$/m);
});

test('a batch that does not say its time is of the first format, and has no remark', () => {
  expect(said({})).not.toMatch(/anchored|REMARK/);
});

test.each<[string, number, RegExp | undefined]>([
  ['15 minutes', 900_000, undefined],
  ['a little more', 900_001, /^REMARK +the ledger heard of it 15 min after /m],
  ['two days and two minutes', 172_920_000, /^REMARK +the ledger heard of it 2 d 2 min after /m],
  ['15 minutes before it', -900_000, undefined],
  ['an hour before it', -3_600_000, /^REMARK +it claims a time 1 h after the ledger heard of it/m],
])('the time of the ledger is remarked upon when it is more than 15 minutes off: %s', (_, later, remark) => {
  const text = said({ sentAt: 1_700_000_000_000 + later });
  expect(text).toMatch(/^anchored +sent 2023-11-1\dT.*000Z, by the time that its transaction claims$/m);
  if (remark) expect(text).toMatch(remark);
  else expect(text).not.toContain('REMARK');
});
