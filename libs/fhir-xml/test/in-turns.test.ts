// FHIR R4 xml.html: what is large is read piece by piece, and is the same
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from '#libs/fhir-json';
import { toJson, toJsonInTurns, toXml } from '#libs/fhir-xml';
import { decodedPieces } from '../src/read/decode.js';
import { exampleNamed, exampleNames } from './example-files.js';

const outcome = async (read: () => string | Promise<Buffer>) => {
  try {
    return String(await read());
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
};

async function isSame(xml: Uint8Array): Promise<void> {
  expect(await outcome(() => toJsonInTurns(xml))).toBe(await outcome(() => toJson(xml)));
}

test('official examples', async () => {
  const names = exampleNames().filter((name) => /^(Bundle|Patient|Composition|Questionnaire)-/.test(name));
  for (const name of names.slice(0, 15)) await isSame(Buffer.from(toXml(exampleNamed(name))));
});

const ENTRY = (
  index: number,
) => `<entry><fullUrl value="urn:x:${index}"/><resource><Patient><text><status value="generated"/>
  <div xmlns="http://www.w3.org/1999/xhtml">${'Größe \u{1F600} &lt;'.repeat(index % 60)}<b>x</b></div></text></Patient></resource></entry>`;
const bundle = (entries: number, more = '') =>
  `<?xml version="1.0"?>\r\n<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/>${more}${Array.from({ length: entries }, (_, index) => ENTRY(index)).join('\r\n')}</Bundle>`;

test('a Bundle whose entries, narratives and characters lie across pieces', async () => {
  await isSame(Buffer.from(bundle(1200)));
  await isSame(Buffer.from(bundle(0)));
  const json = await toJsonInTurns(Buffer.from(bundle(1200)));
  expect((parse(json).value as { entry: unknown[] }).entry.length).toBe(1200);
});

test.each([
  ['is cut off', bundle(900).slice(0, -400)],
  ['has an element that is not known, far behind', bundle(900).replace('</Bundle>', '<oops/></Bundle>')],
  ['is not UTF-8', Buffer.concat([Buffer.from(bundle(500)), Buffer.from([0xff])])],
  ['has a document type', `<!DOCTYPE x>${bundle(1)}`],
  ['is empty', ''],
  ['is nested without end', `<Bundle xmlns="http://hl7.org/fhir">${'<extension>'.repeat(50_000)}`],
])('one that %s is refused in the same words', async (_, xml) => {
  await isSame(Buffer.from(xml as string));
});

test('line ends and characters are the same wherever a piece ends', () => {
  const text = fc.array(fc.constantFrom('\r', '\n', '\r\n', 'a', 'ß', '€', '\u{1F600}')).map((list) => list.join(''));
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 7 }), (given, size) => {
      const pieces = [...decodedPieces(Buffer.from(given), size)].join('');
      expect(pieces).toBe(given.replace(/\r\n?/g, '\n'));
    }),
  );
});

test('others get their turn meanwhile', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  await toJsonInTurns(Buffer.from(bundle(2500)));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(20);
});
