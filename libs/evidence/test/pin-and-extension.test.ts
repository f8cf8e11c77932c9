// holdfast-pin/1, and RFC 6962 section 2.1.2 between two checkpoints
import { describe, expect, it } from '@jest/globals';
import { FormatError, parsePin, pinText, verifyConsistency } from '../src/index.js';
import { PaperLedger } from './paper-ledger.js';

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
    expect(verifyConsistency(older, newer, proof, site.pin)).toMatchObject({ verdict: 'OK' });
    expect(verifyConsistency(newer, newer, [], site.pin)).toMatchObject({ verdict: 'OK' });
  });

  it('are ROLLED_BACK when the later one is smaller', () => {
    expect(verifyConsistency(newer, older, proof, site.pin).verdict).toBe('ROLLED_BACK');
  });

  it('are FORKED when the leaves differ', () => {
    expect(verifyConsistency(older, newer, proof.slice(1), site.pin).verdict).toBe('FORKED');
    const twin = new PaperLedger();
    for (let i = 0; i < 9; i += 1) twin.events.push({ ...site.events[(i + 1) % 9]! });
    const text = Object.assign(twin, { pin: site.pin }).checkpoint(9, block, site.checkpointKey);
    expect(verifyConsistency(newer, text, [], site.pin).verdict).toBe('FORKED');
    expect(verifyConsistency(older, text, twin.consistency(5, 9), site.pin).verdict).toBe('FORKED');
  });

  it('are UNTRUSTED_KEY or ALTERED when one was not signed so', () => {
    const stranger = new PaperLedger();
    stranger.add({ action: 'read', decision: 'permit', outcome: 200, client: 'c', definitions: 'r4' });
    expect(verifyConsistency(stranger.checkpoint(1, block), newer, proof, site.pin).verdict).toBe('UNTRUSTED_KEY');
    expect(verifyConsistency(older.replace('\n5\n', '\n4\n'), newer, proof, site.pin).verdict).toBe('ALTERED');
    expect(verifyConsistency('', newer, proof, site.pin).verdict).toBe('ALTERED');
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
});
