// C2SP signed-note and tlog-checkpoint
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  checkpointText,
  EMPTY_ROOT,
  openNote,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  signNote,
  verifierKey,
  verifierKeyText,
} from '../src/index.js';

const { privateKey } = generateKeyPairSync('ed25519');
const key = verifierKey('example.org/log', privateKey);
const text = checkpointText({ origin: 'example.org/log', size: 7, root: EMPTY_ROOT });
const note = signNote(text, 'example.org/log', privateKey);

describe('a verifier key', () => {
  it('has the key id of the published example', () => {
    const published = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    const parsed = parseVerifierKey(published)!;
    expect(parsed.id.toString('hex')).toBe('c74f20a3');
    expect(verifierKeyText(parsed)).toBe(published);
  });

  it('opens the published note', () => {
    const published = parseVerifierKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')!;
    const signed =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
      '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
    expect(openNote(signed, published)).toContain('cryptography is the answer');
  });

  it('is refused when its name, id, type or base64 is changed', () => {
    const good = verifierKeyText(key);
    expect(parseVerifierKey(good)?.name).toBe('example.org/log');
    for (const bad of [good.replace('log', 'lag'), good.replace(/\+./, '+g'), `${good}A`, '', 'a+b+c']) {
      expect(parseVerifierKey(bad)).toBeUndefined();
    }
  });

  it('is Ed25519 only', () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    expect(() => verifierKey('x', ec)).toThrow(TypeError);
    expect(() => verifierKey('a b', privateKey)).toThrow(RangeError);
  });
});

describe('a signed note', () => {
  it('opens under the key that signed it', () => {
    expect(openNote(note, key)).toBe(text);
    expect(parseNote(note)?.signatures).toHaveLength(1);
  });

  it('does not open with one bit changed anywhere', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const bytes = Buffer.from(note);
        bytes[at % bytes.length]! ^= 1 << bit;
        expect(openNote(bytes.toString('utf8'), key)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('does not open under another key of the same name', () => {
    const other = generateKeyPairSync('ed25519').privateKey;
    expect(openNote(note, verifierKey('example.org/log', other))).toBeUndefined();
    expect(
      openNote(note, verifierKey('example.org/log', createPrivateKey(other.export({ format: 'pem', type: 'pkcs8' })))),
    ).toBeUndefined();
  });

  it('may carry signatures of others, and is refused with a malformed line', () => {
    const witness = generateKeyPairSync('ed25519').privateKey;
    const cosigned = note + signNote(text, 'witness', witness).slice(text.length + 1);
    expect(openNote(cosigned, key)).toBe(text);
    expect(openNote(cosigned, verifierKey('witness', witness))).toBe(text);
    expect(openNote(`${note}not a signature\n`, key)).toBeUndefined();
    expect(openNote(note.trimEnd(), key)).toBeUndefined();
  });

  it('needs a text that ends with a newline', () => {
    expect(() => signNote('x', 'n', privateKey)).toThrow(RangeError);
  });
});

describe('a checkpoint', () => {
  it('is three lines, and extension lines after them', () => {
    expect(text).toBe('example.org/log\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n');
    const extended = checkpointText({ origin: 'o', size: 0, root: EMPTY_ROOT, extensions: ['block 7'] });
    expect(parseCheckpoint(extended)).toEqual({ origin: 'o', size: 0, root: EMPTY_ROOT, extensions: ['block 7'] });
  });

  it('is refused with a leading zero, a short root, an empty or control line, or no last newline', () => {
    const root = EMPTY_ROOT.toString('base64');
    for (const bad of [
      `o\n07\n${root}\n`,
      'o\n7\nAAAA\n',
      `\n7\n${root}\n`,
      `o\n7\n${root}\n\n`,
      `o\n7\n${root}`,
      `o\t\n7\n${root}\n`,
      '',
    ]) {
      expect(parseCheckpoint(bad)).toBeUndefined();
    }
    expect(() => checkpointText({ origin: 'a\nb', size: 0, root: EMPTY_ROOT })).toThrow(RangeError);
    expect(() => checkpointText({ origin: 'a', size: -1, root: EMPTY_ROOT })).toThrow(RangeError);
  });
});
