// FHIR package, NPM layout: https://hl7.org/fhir/packages.html
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Definitions, PackageSet, validateResource } from '#libs/validation';
import { add, list, packagesFolder, remove } from '../../src/package/package-command.js';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-package-'));
afterAll(() => rmSync(folder, { recursive: true }));

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(folder, 'data-'));
});

const MANIFEST = {
  name: 'org.example.ward',
  version: '1.0.0',
  fhirVersions: ['4.0.1'],
  dependencies: { 'hl7.fhir.r4.core': '4.0.1', 'hl7.fhir.us.core': '6.1.0' },
};
const PROFILE = {
  resourceType: 'StructureDefinition',
  url: 'http://example.org/StructureDefinition/ward-patient',
  version: '1.0.0',
  name: 'WardPatient',
  status: 'active',
  kind: 'resource',
  abstract: false,
  type: 'Patient',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
  derivation: 'constraint',
  differential: { element: [{ id: 'Patient.birthDate', path: 'Patient.birthDate', min: 1 }] },
};

/** One file of a POSIX archive. */
function tarEntry(path: string, text: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write(Buffer.byteLength(text).toString(8).padStart(11, '0'), 124);
  header.write('0', 156);
  header.write('ustar', 257);
  const content = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512);
  content.write(text);
  return Buffer.concat([header, content]);
}

function archive(name: string, files: Record<string, unknown>): string {
  const path = join(dataDir, name);
  const entries = Object.entries(files).map(([file, content]) => tarEntry(file, JSON.stringify(content)));
  writeFileSync(path, gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)])));
  return path;
}

describe('package', () => {
  const ward = (manifest: object = MANIFEST) =>
    archive('ward.tgz', {
      'package/package.json': manifest,
      'package/StructureDefinition-ward.json': PROFILE,
      'package/example/Patient-a.json': { resourceType: 'Patient' },
    });

  test('add keeps the definitions of an archive, and says what is missing', () => {
    expect(list(dataDir)).toMatch(/^No package/);
    expect(add(ward(), dataDir)).toBe(
      'Added org.example.ward 1.0.0: 1 profiles, value sets and code systems. The server uses it from its next start.\n' +
        'It builds on hl7.fhir.us.core 6.1.0, which is not added: what is defined there is not checked.\n',
    );
    expect(list(dataDir)).toBe('org.example.ward 1.0.0  1 definitions\n');
  });

  test('add makes resources be validated against it', () => {
    const before = new Definitions(new PackageSet(packagesFolder(dataDir)));
    add(ward(), dataDir);
    const definitions = new Definitions(new PackageSet(packagesFolder(dataDir)));
    expect(definitions.version).not.toBe(before.version);
    const patient = { resourceType: 'Patient', meta: { profile: [PROFILE.url] } };
    expect(validateResource(patient, { definitions })).toContainEqual(
      expect.objectContaining({
        severity: 'error',
        code: 'required',
        expression: ['Patient'],
        diagnostics: PROFILE.url,
      }),
    );
    expect(
      validateResource({ ...patient, birthDate: '2000' }, { definitions }).some(({ severity }) => severity === 'error'),
    ).toBe(false);
  });

  test('add takes an unpacked folder as well', () => {
    const unpacked = join(dataDir, 'unpacked', 'package');
    mkdirSync(unpacked, { recursive: true });
    writeFileSync(join(unpacked, 'package.json'), JSON.stringify(MANIFEST));
    writeFileSync(join(unpacked, 'StructureDefinition-ward.json'), JSON.stringify(PROFILE));
    expect(add(join(dataDir, 'unpacked'), dataDir)).toMatch(/^Added org\.example\.ward 1\.0\.0/);
  });

  test('remove takes it out again', () => {
    add(ward(), dataDir);
    expect(remove('org.example.ward@1.0.0', dataDir)).toMatch(/^Removed/);
    expect(list(dataDir)).toMatch(/^No package/);
    expect(() => remove('org.example.ward@1.0.0', dataDir)).toThrow('There is no package org.example.ward@1.0.0');
  });

  test('add refuses in one sentence what is no package for FHIR R4', () => {
    expect(() => add(join(dataDir, 'none.tgz'), dataDir)).toThrow(/^There is no file or folder/);
    const text = join(dataDir, 'text.tgz');
    writeFileSync(text, 'no archive');
    expect(() => add(text, dataDir)).toThrow('The file is no gzipped archive.');
    expect(() => add(archive('a.tgz', { 'package/a.json': {} }), dataDir)).toThrow(/package\.json/);
    expect(() => add(ward({ ...MANIFEST, fhirVersions: ['5.0.0'] }), dataDir)).toThrow(/for FHIR 5\.0\.0, not for R4/);
    expect(() => add(ward({ ...MANIFEST, name: '../../etc' }), dataDir)).toThrow(/name and version/);
    const cut = join(dataDir, 'cut.tgz');
    writeFileSync(cut, gzipSync(tarEntry('package/package.json', 'x'.repeat(2000)).subarray(0, 1024)));
    expect(() => add(cut, dataDir)).toThrow('The archive is cut short.');
  });
});
