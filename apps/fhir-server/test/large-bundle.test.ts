// FHIR R4 http.html#transaction: large ones, while others are served
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const ENTRIES = Number(process.env.LARGE_BUNDLE ?? 2_000);
const PADDING = 'x'.repeat(Number(process.env.LARGE_PADDING ?? 200));
const URN = 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a';

function observation(index: number): string {
  return (
    `{"fullUrl":"urn:uuid:00000000-0000-4000-8000-${String(index).padStart(12, '0')}","resource":{"resourceType":"Observation",` +
    `"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}],"text":"${PADDING}"},` +
    `"subject":{"reference":"${URN}"},"effectiveDateTime":"2024-01-0${1 + (index % 9)}","valueQuantity":{"value":${index}.50,"unit":"/min"}},` +
    '"request":{"method":"POST","url":"Observation"}}'
  );
}

function bundle(last: string): string {
  const patient = `{"fullUrl":"${URN}","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}`;
  const entries = [patient, ...Array.from({ length: ENTRIES - 2 }, (_, index) => observation(index)), last];
  return `{"resourceType":"Bundle","type":"transaction","entry":[${entries.join(',')}]}`;
}

test('a large transaction is stored whole, or refused whole, and reads are served meanwhile', async () => {
  const before = await server.traces();
  const body = bundle(observation(99_999));
  const started = performance.now();
  let done = false;
  const stored = server.send('POST', '/fhir', { body }).finally(() => {
    done = true;
  });
  const waits: number[] = [];
  while (!done) {
    const asked = performance.now();
    expect((await server.send('GET', 'Patient/none')).status).toBe(404);
    waits.push(performance.now() - asked);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const reply = await stored;
  expect([reply.status, reply.json().entry?.length]).toEqual([200, ENTRIES]);
  expect((await server.traces()).versions).toBe(before.versions + ENTRIES);
  if (process.env.LARGE_BUNDLE) {
    const seconds = (performance.now() - started) / 1000;
    const rss = Math.round(process.memoryUsage().rss / 1e6);
    process.stdout.write(
      `${body.length} bytes, ${seconds} s, ${waits.length} reads, longest ${Math.max(...waits)} ms, ${rss} MB\n`,
    );
  }
  expect(Math.max(...waits)).toBeLessThan(2_000);

  const failing = bundle('{"request":{"method":"DELETE","url":"Patient/never-was"}}'.replace('DELETE', 'GET'));
  const refused = await server.send('POST', '/fhir', { body: failing });
  expect([refused.status, refused.json().issue?.[0]?.expression]).toEqual([404, [`Bundle.entry[${ENTRIES - 1}]`]]);
  expect((await server.traces()).versions).toBe(before.versions + ENTRIES);
}, 600_000);
