// holdfast-pin/1 and /2, and RFC 6962 section 2.1.2 between two checkpoints
import { describe, expect, it } from '@jest/globals';
import { FormatError, parsePin, pinText, verifyConsistency } from '../src/index.js';
import { openPaper, PaperLedger } from './paper-ledger.js';

const site = new PaperLedger();
for (let i = 0; i < 9; i += 1) {
  site.add({ action: 'read', decision: 'permit', outcome: 200, client: `c${i}`, definitions: 'r4' });
}
const block = site.block(0);
const older = site.checkpoint(5, block);
const newer = site.checkpoint(9, block);
const proof = site.consistency(5, 9);

describe('two checkpoints', () => {
  it('are OK with the proof that the log only grew', () => {
    expect(verifyConsistency(older, newer, proof, site.pin, openPaper)).toMatchObject({ verdict: 'OK' });
    expect(verifyConsistency(newer, newer, [], site.pin, openPaper)).toMatchObject({ verdict: 'OK' });
  });

  it('are ROLLED_BACK when the later one is smaller', () => {
    expect(verifyConsistency(newer, older, proof, site.pin, openPaper).verdict).toBe('ROLLED_BACK');
  });

  it('are FORKED when the leaves differ', () => {
    expect(verifyConsistency(older, newer, proof.slice(1), site.pin, openPaper).verdict).toBe('FORKED');
    const twin = new PaperLedger();
    for (let i = 0; i < 9; i += 1) twin.events.push({ ...site.events[(i + 1) % 9]! });
    const text = Object.assign(twin, { pin: site.pin }).checkpoint(9, block, site.checkpointKey);
    expect(verifyConsistency(newer, text, [], site.pin, openPaper).verdict).toBe('FORKED');
    expect(verifyConsistency(older, text, twin.consistency(5, 9), site.pin, openPaper).verdict).toBe('FORKED');
  });

  it('are UNTRUSTED_KEY or ALTERED when one was not signed so', () => {
    const stranger = new PaperLedger();
    stranger.add({ action: 'read', decision: 'permit', outcome: 200, client: 'c', definitions: 'r4' });
    expect(verifyConsistency(stranger.checkpoint(1, block), newer, proof, site.pin, openPaper).verdict).toBe(
      'UNTRUSTED_KEY',
    );
    expect(verifyConsistency(older.replace('\n5\n', '\n4\n'), newer, proof, site.pin, openPaper).verdict).toBe(
      'ALTERED',
    );
    expect(verifyConsistency('', newer, proof, site.pin, openPaper).verdict).toBe('ALTERED');
  });
});

describe('a pin', () => {
  const text = pinText(site.pin);

  it('is read back as it was written', () => {
    expect(parsePin(Buffer.from(text))).toEqual(site.pin);
    expect(pinText(parsePin(Buffer.from(text)))).toBe(text);
  });

  it('is refused with unknown, missing or malformed members', () => {
    const value = JSON.parse(text) as Record<string, unknown>;
    for (const change of [
      { zzz: 1 },
      { format: 'holdfast-pin/2' },
      { format: 'holdfast-pin/3' },
      { format: 'holdfast-pin/4' },
      { atLeast: 1 },
      { site: '' },
      { origin: 'another' },
      { checkpointKey: 'x+00000000+AA==' },
      { genesis: 'AB' },
      { ordererMsps: {} },
      { ordererMsps: null },
      { peerMsps: { BMSP: ['pem'] } },
      { peerMsps: { AMSP: 'pem' } },
      { endorsement: [] },
      { mspId: 'BMSP' },
      { operator: undefined },
    ]) {
      expect(() => parsePin(Buffer.from(JSON.stringify({ ...value, ...change })))).toThrow(FormatError);
    }
    expect(() => parsePin(Buffer.from('{'))).toThrow(FormatError);
  });

  const three = { ...site.pin, endorsement: ['AMSP', 'BMSP', 'CMSP'] };
  const known = { AMSP: ['a'], BMSP: ['b'], CMSP: ['c'] };

  it('that demands fewer endorsements than there are organisations says how many, in a format that older verifiers refuse', () => {
    const some = { ...three, peerMsps: known, atLeast: 2 };
    expect(JSON.parse(pinText(some))).toMatchObject({ format: 'holdfast-pin/2', atLeast: 2 });
    expect(parsePin(Buffer.from(pinText(some)))).toEqual(some);
    expect(pinText(parsePin(Buffer.from(pinText(some))))).toBe(pinText(some));
  });

  it('that demands all of them is of the first format, as ever', () => {
    const all = { ...three, peerMsps: known };
    expect(JSON.parse(pinText(all))).toMatchObject({ format: 'holdfast-pin/1', endorsement: three.endorsement });
    expect(parsePin(Buffer.from(pinText(all)))).not.toHaveProperty('atLeast');
  });

  it('is refused when it says the number otherwise, or none that can be', () => {
    const value = JSON.parse(pinText({ ...three, peerMsps: known, atLeast: 2 })) as Record<string, unknown>;
    for (const atLeast of [0, 3, 4, -1, 1.5, '2', null, undefined]) {
      expect(() => parsePin(Buffer.from(JSON.stringify({ ...value, atLeast })))).toThrow(FormatError);
    }
    const twice = { ...value, endorsement: ['AMSP', 'AMSP', 'BMSP'] };
    expect(() => parsePin(Buffer.from(JSON.stringify(twice)))).toThrow(FormatError);
    expect(() => pinText({ ...three, peerMsps: known, atLeast: 3 })).toThrow(FormatError);
  });
});
