// FAULTS-AND-ABUSE, fuzzing: mutated official examples are stored byte-equal or refused without a trace, and never a 5xx
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from '../apps/fhir-server/test/test-server.js';
import { clinicalExamples } from '../apps/holdfast/src/import/clinical-examples.js';
import { contentDigest } from '../apps/holdfast/src/import/content-digest.js';
import { mutations } from './fhir-mutations.js';

const FILES = 40;
const MUTATIONS_PER_FILE = 12;
const LARGEST_BYTES = 60_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function smallExamples(): Promise<Buffer[]> {
  const all = clinicalExamples();
  const step = Math.floor(all.length / FILES);
  const chosen = all.filter((_, index) => index % step === 0);
  const texts = await Promise.all(chosen.map((file) => readFile(file)));
  return texts.filter((text) => text.length < LARGEST_BYTES);
}

/** The type in the text, or one that it is not. */
function typeOf(text: string): string {
  return /"resourceType"\s*:\s*"([A-Z][A-Za-z]{1,60})"/.exec(text)?.[1] ?? 'Basic';
}

test('mutated examples are stored as sent or refused without a trace', async () => {
  const outcomes = { stored: 0, refused: 0 };
  for (const [seed, example] of (await smallExamples()).entries()) {
    for (const { bytes } of mutations(example, seed, MUTATIONS_PER_FILE)) {
      const before = await server.traces();
      const body = Buffer.from(bytes);
      const type = typeOf(body.toString('latin1'));
      const reply = await server.send('POST', type, { body });
      if (reply.status === 201) {
        const path = new URL(reply.headers.get('location') ?? '').pathname.replace('/fhir/', '');
        const read = await server.send('GET', path.replace(/\/_history.*/, ''));
        expect(contentDigest(read.text)).toBe(contentDigest(body.toString('utf8')));
        outcomes.stored += 1;
      } else {
        expect([400, 404, 422]).toContain(reply.status);
        expect(reply.json().resourceType).toBe('OperationOutcome');
        expect(await server.traces()).toEqual(before);
        outcomes.refused += 1;
      }
    }
  }
  expect(outcomes.refused).toBeGreaterThan(50);
  expect(outcomes.stored).toBeGreaterThan(5);
  expect(await server.store.check()).toEqual([]);
}, 300_000);
