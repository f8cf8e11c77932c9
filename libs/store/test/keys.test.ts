// DESIGN section 4, "Encrypted at rest": the key chain
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BrokenSeal, fileMasterKey, masterKey, openStore } from '#libs/store';
import { openContent, sealContent } from '../src/keys/content.js';
import { openOpening, sealOpening } from '../src/keys/opening.js';
import { seal, unseal } from '../src/keys/seal.js';
import { MIGRATIONS, SYSTEM, type TestStore, testStore } from './test-store.js';

let it: TestStore;
beforeAll(async () => {
  it = await testStore();
});
afterAll(() => it.close());

const NAME = 'Xanthippe-Quisling';
const patient = (id: string) => ({ resourceType: 'Patient', id, name: [{ family: NAME }], active: true });

describe('what is sealed', () => {
  const key = randomBytes(32);

  test('opens under its key, about the same thing, and not with a byte changed', () => {
    const sealed = seal(key, 'this', Buffer.from('plain'));
    expect(unseal(key, 'this', sealed).toString()).toBe('plain');
    expect(() => unseal(key, 'that', sealed)).toThrow(BrokenSeal);
    expect(() => unseal(randomBytes(32), 'this', sealed)).toThrow(BrokenSeal);
    for (const at of sealed.keys()) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => unseal(key, 'this', changed)).toThrow(BrokenSeal);
    }
    expect(() => unseal(key, 'this', sealed.subarray(0, 20))).toThrow(BrokenSeal);
    expect(() => unseal(key, 'this', sealed.subarray(0, -1))).toThrow(BrokenSeal);
  });

  test('never looks the same twice', () => {
    expect(seal(key, 'this', Buffer.from('plain'))).not.toEqual(seal(key, 'this', Buffer.from('plain')));
  });

  test('as the opening of an event is lost with the patient’s key, and only then', () => {
    const [site, own, id] = [randomBytes(32), randomBytes(32), randomBytes(16)];
    const opening = Buffer.from('who and what');
    const kept = sealOpening(opening, id, { site, patient: own });
    expect(openOpening(kept, id, { site, patient: own })).toEqual(opening);
    expect(openOpening(kept, id, { site })).toBeUndefined();
    expect(openOpening(sealOpening(opening, id, { site }), id, { site })).toEqual(opening);
    expect(() => openOpening(kept, randomBytes(16), { site, patient: own })).toThrow(BrokenSeal);
    expect(() => openOpening(Buffer.concat([Buffer.of(2), kept.subarray(1)]), id, { site })).toThrow(BrokenSeal);
  });
});

describe('content', () => {
  const [key, name] = [randomBytes(32), { type: 'Binary', id: '1', version: 1 }];

  test('of every size is what was sealed, whether it was worth compressing or not', async () => {
    for (const length of [0, 1, 4, 5, 1535, 1536, 1537, 65_535, 65_536, 200_000]) {
      for (const bytes of [Buffer.alloc(length, 'ab'), randomBytes(length), Buffer.alloc(length, 1)]) {
        expect(await openContent(await sealContent(bytes, name, key), name, key)).toEqual(bytes);
      }
    }
  });

  test('is a Deflate stream in any case', async () => {
    const sealed = await sealContent(Buffer.from('{"a":1}'), name, key);
    expect(inflateRawSync(unseal(key, 'holdfast content Binary/1/1', sealed)).toString()).toBe('{"a":1}');
  });

  test('that was compressed although it is small opens as well', async () => {
    const sealed = seal(key, 'holdfast content Binary/1/1', deflateRawSync(Buffer.from('{"a":1}'), { level: 3 }));
    expect((await openContent(sealed, name, key)).toString()).toBe('{"a":1}');
  });
});

describe('a stored version', () => {
  test('shows nothing of the patient in any column of version, event or key', async () => {
    await it.put(patient('secret-1'));
    await it.read('Patient', 'secret-1');
    for (const table of [
      'version',
      'event',
      'patient_key',
      'compartment',
      'index_hash',
      'index_entry',
      'consent_rule',
    ]) {
      const rows = await it.sql<{ row: string }>(`SELECT row_to_json(t)::text AS row FROM ${table} t`);
      const hex = (text: string) => Buffer.from(text).toString('hex');
      for (const { row } of rows) {
        expect(row).not.toContain(NAME);
        expect(row).not.toContain(hex(NAME));
        expect(row).not.toContain(hex('secret-1'));
      }
    }
  });

  test('is not taken from another row: content and keys are bound to type, id and version', async () => {
    await it.put(patient('from'));
    await it.put(patient('to'));
    await it.put(patient('to'));
    const copy = (columns: string, from: string, to: string) =>
      it.sql(`UPDATE version SET (${columns}) = (SELECT ${columns} FROM version WHERE ${from}) WHERE ${to}`);
    await copy('content, key', "id = 'to' AND version = 1", "id = 'to' AND version = 2");
    await expect(it.read('Patient', 'to')).resolves.toMatchObject({ outcome: 'broken' });
    await copy('content, key, key_patient', "id = 'from'", "id = 'to' AND version = 2");
    await expect(it.read('Patient', 'to')).resolves.toMatchObject({ outcome: 'broken' });
    expect(await it.store.check()).toContainEqual({
      kind: 'content does not open',
      type: 'Patient',
      id: 'to',
      version: 2,
    });
  });

  test('does not open with a byte of its content, its key or its patient’s key changed', async () => {
    await it.put(patient('bits'));
    for (const [table, column, where] of [
      ['version', 'content', "id = 'bits'"],
      ['version', 'key', "id = 'bits'"],
      ['patient_key', 'wrapped', "id = 'bits'"],
    ]) {
      const flip = `UPDATE ${table} SET ${column} = set_byte(${column}, 20, get_byte(${column}, 20) # 1) WHERE ${where}`;
      await it.sql(flip);
      await expect(it.read('Patient', 'bits')).resolves.toMatchObject({ outcome: 'broken' });
      await it.sql(flip);
      expect(await it.read('Patient', 'bits')).toMatchObject({ outcome: 'found' });
    }
  });

  test('of a patient whose key has been destroyed is gone, and no other', async () => {
    await it.put(patient('erased'));
    await it.put(patient('kept'));
    await it.sql(`UPDATE patient_key SET wrapped = NULL WHERE id = 'erased'`);
    await expect(it.read('Patient', 'erased')).rejects.toMatchObject({ status: 410 });
    expect(await it.read('Patient', 'kept')).toMatchObject({ outcome: 'found' });
  });

  test('of no patient or of several is under the key that all of these share', async () => {
    await it.put({ resourceType: 'Organization', id: 'none', name: 'x' });
    const shared = { resourceType: 'Observation', id: 'two', status: 'final', code: { text: 'x' } };
    await it.put({ ...shared, subject: { reference: 'Patient/a' }, performer: [{ reference: 'Patient/b' }] } as never);
    const rows = await it.sql(`SELECT key_patient FROM version WHERE id IN ('none', 'two')`);
    expect(rows).toEqual([{ key_patient: null }, { key_patient: null }]);
    expect(await it.read('Observation', 'two', SYSTEM)).toMatchObject({ outcome: 'found' });
  });
});

test('fifty first versions about one new patient at once agree on the patient’s key', async () => {
  const observation = (n: number) => ({
    resourceType: 'Observation',
    id: `first-${n}`,
    status: 'final',
    code: { text: 'x' },
    subject: { reference: 'Patient/fresh' },
  });
  await Promise.all(Array.from({ length: 50 }, (_, n) => it.put(observation(n))));
  const other = await openStore({ url: it.url, masterKey: it.master, migrations: MIGRATIONS });
  try {
    const faults = await other.check();
    expect(faults.filter(({ id }) => id?.startsWith('first-'))).toEqual([]);
  } finally {
    await other.close();
  }
});

describe('a database', () => {
  test('opens under the master key it was made with, and under no other', async () => {
    const options = { url: it.url, migrations: MIGRATIONS };
    await expect(openStore({ ...options, masterKey: masterKey(randomBytes(32)) })).rejects.toThrow(
      /another master key/,
    );
    const again = await openStore({ ...options, masterKey: it.master });
    expect(again.siteKey('cursor')).toEqual(it.store.siteKey('cursor'));
    expect(again.hash64('Patient', '1')).toBe(it.store.hash64('Patient', '1'));
    await again.close();
  });

  test('is bound to the first ledger it is told of', async () => {
    await it.store.bindLedger('genesis-1');
    await it.store.bindLedger('genesis-1');
    await expect(it.store.bindLedger('genesis-2')).rejects.toThrow(/another ledger/);
  });
});

describe('the keyed hash', () => {
  test('tells where one part ends and the next begins', () => {
    const { hash64 } = it.store;
    const all = [hash64('ab', 'c'), hash64('a', 'bc'), hash64('abc'), hash64('abc', ''), hash64('', 'abc'), hash64()];
    expect(new Set(all).size).toBe(all.length);
  });

  test('depends on the site: the same value has another hash elsewhere', async () => {
    const other = await testStore();
    expect(other.store.hash64('Patient', '1')).not.toBe(it.store.hash64('Patient', '1'));
    await other.close();
  });
});

describe('the master key file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-key-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('is made once, readable to its owner alone', async () => {
    const path = join(folder, 'master.key');
    const made = await fileMasterKey(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path)).toEqual(Buffer.from(made.bytes));
    expect(await fileMasterKey(path)).toEqual({ id: made.id, bytes: Buffer.from(made.bytes) });
    expect(made.id).not.toContain(Buffer.from(made.bytes).toString('hex').slice(0, 16));
  });

  test('is refused when others may read it, or when it is no key', async () => {
    const open = join(folder, 'open.key');
    await fileMasterKey(open);
    await chmod(open, 0o640);
    await expect(fileMasterKey(open)).rejects.toThrow(/0600/);
    const short = join(folder, 'short.key');
    await writeFile(short, 'too short', { mode: 0o600 });
    await expect(fileMasterKey(short)).rejects.toThrow(/no master key/);
  });
});
