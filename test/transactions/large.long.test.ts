// FHIR R4 http.html#transaction: the largest that are taken, their server a process whose memory is measured, others served meanwhile
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Server, ServersUnderTest } from './servers.js';

const ENTRIES = 25_000;
const LARGEST = 256 * 1024 * 1024;
/** Megabytes of the server beyond the Bundle itself: what it uses without one, the plans of the entries, the answer, and garbage not yet collected. */
const BESIDE = 900;
const URN = 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a';

let servers: ServersUnderTest;
let server: Server;
beforeAll(async () => {
  servers = await ServersUnderTest.open(1);
  server = servers.servers[0]!;
}, 60_000);
afterAll(() => servers.close());

/** `xml`: POST, sent as XML. `once`: POST with If-None-Exist. `again`: the same, now of what is there, each with a conditional reference. */
type Method = 'POST' | 'PUT' | 'xml' | 'once' | 'again';

function entry(index: number, method: Method, padding: string): string {
  if (method === 'once' || method === 'again') return conditional(index, method);
  const [id, url] = method === 'PUT' ? [`"id":"o${index}",`, `Observation/o${index}`] : ['', 'Observation'];
  return (
    `{"fullUrl":"urn:uuid:00000000-0000-4000-8000-${String(index).padStart(12, '0')}","resource":{"resourceType":"Observation",${id}` +
    `"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}],"text":"Heart rate"},` +
    `"note":[{"text":"${padding}"}],"subject":{"reference":"${URN}"},"effectiveDateTime":"2024-01-0${1 + (index % 9)}T08:00:00Z",` +
    `"valueQuantity":{"value":${index}.50,"unit":"/min"}},"request":{"method":"${method}","url":"${url}"}}`
  );
}

function conditional(index: number, method: Method): string {
  const search = `identifier=urn:large|${index}`;
  const partOf = method === 'again' ? `,"partOf":{"reference":"Organization?${search}"}` : '';
  return (
    `{"resource":{"resourceType":"Organization","identifier":[{"system":"urn:large","value":"${index}"}],"name":"O${index}"${partOf}},` +
    `"request":{"method":"POST","url":"Organization","ifNoneExist":"${search}"}}`
  );
}

function xmlEntry(index: number, padding: string): string {
  return (
    `<entry><fullUrl value="urn:uuid:00000000-0000-4000-8000-${String(index).padStart(12, '0')}"/><resource><Observation>` +
    `<status value="final"/><code><coding><system value="http://loinc.org"/><code value="8867-4"/></coding><text value="Heart rate"/></code>` +
    `<subject><reference value="${URN}"/></subject><effectiveDateTime value="2024-01-0${1 + (index % 9)}T08:00:00Z"/>` +
    `<valueQuantity><value value="${index}.50"/><unit value="/min"/></valueQuantity><note><text value="${padding}"/></note></Observation></resource>` +
    `<request><method value="POST"/><url value="Observation"/></request></entry>`
  );
}

function xmlBundle(padding: string): Buffer<ArrayBuffer> {
  const patient = `<entry><fullUrl value="${URN}"/><resource><Patient/></resource><request><method value="POST"/><url value="Patient"/></request></entry>`;
  const pieces = [Buffer.from(`<Bundle xmlns="http://hl7.org/fhir"><type value="transaction"/>${patient}`)];
  for (let index = 1; index < ENTRIES; index += 1) pieces.push(Buffer.from(xmlEntry(index, padding)));
  return Buffer.concat([...pieces, Buffer.from('</Bundle>')]);
}

function bundle(method: Method, padding: string): Buffer<ArrayBuffer> {
  if (method === 'xml') return xmlBundle(padding);
  const patient = `{"fullUrl":"${URN}","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}`;
  const pieces = [Buffer.from(`{"resourceType":"Bundle","type":"transaction","entry":[${patient}`)];
  for (let index = 1; index < ENTRIES; index += 1) pieces.push(Buffer.from(`,${entry(index, method, padding)}`));
  return Buffer.concat([...pieces, Buffer.from(']}')]);
}

/** From /proc: megabytes at most since the start, and milliseconds of processor time. */
function used(pid: number): { peak: number; cpu: number } {
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { peak, cpu: (Number(fields[11]) + Number(fields[12])) * 10 };
}

const FILLED = (ENTRIES * 700) / 1024;

test.each<[string, Method, number]>([
  ['25,000 creates', 'POST', FILLED / 1024],
  ['25,000 updates of what is not there', 'PUT', FILLED / 1024],
  ['25,000 updates of what is there', 'PUT', FILLED / 1024],
  ['25,000 conditional creates', 'once', 0],
  ['25,000 conditional creates of what is there, each with a conditional reference', 'again', 0],
  ['25,000 creates in 256 MB', 'POST', 256],
  ['25,000 creates in 256 MB of XML', 'xml', 256],
])(
  '%s are stored whole, others are served meanwhile, and memory is bounded',
  async (name, method, megabytes) => {
    const bare = bundle(method, '').length;
    const padding = Math.max(0, Math.floor((Math.min(megabytes * 2 ** 20, LARGEST) - bare) / ENTRIES) - 1);
    const body = bundle(method, 'x'.repeat(padding));
    expect(body.length).toBeLessThanOrEqual(LARGEST);
    const pid = server.program.pid as number;
    const versions = async () => Number((await servers.sql<{ n: string }>('SELECT count(*) AS n FROM version'))[0]?.n);
    const locks = async () => Number((await servers.sql<{ n: string }>('SELECT count(*) AS n FROM pg_locks'))[0]?.n);
    const before = { versions: await versions(), ...used(pid) };
    const from = performance.now();
    let isDone = false;
    const headers = { 'content-type': `application/fhir+${method === 'xml' ? 'xml' : 'json'}` };
    const sent = servers.send(server, 'POST', '', body, { accept: 'application/fhir+json', ...headers }).finally(() => {
      isDone = true;
    });
    const waits: number[] = [];
    let mostLocks = 0;
    while (!isDone) {
      const asked = performance.now();
      expect((await servers.send(server, 'GET', '/Patient/none'))?.status).toBe(404);
      waits.push(performance.now() - asked);
      mostLocks = Math.max(mostLocks, await locks());
      await sleep(20);
    }
    const reply = await sent;
    const seconds = (performance.now() - from) / 1000;
    const after = used(pid);
    waits.sort((a, b) => a - b);
    const at = (share: number) => Math.round(waits[Math.floor(waits.length * share)] ?? 0);
    const cpu = (after.cpu - before.cpu) / 1000;
    process.stderr.write(
      `${name}: ${Math.round(body.length / 2 ** 20)} MB, ${seconds.toFixed(1)} s (${Math.round(ENTRIES / seconds)}/s), ` +
        `${cpu.toFixed(1)} s of processor in the server, peak ${Math.round(after.peak)} MB (before: ${Math.round(before.peak)} MB), ` +
        `${mostLocks} locks at most, ${waits.length} reads meanwhile: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${Math.round(waits.at(-1) ?? 0)} ms\n`,
    );
    expect(reply?.status).toBe(200);
    expect((JSON.parse(reply?.text ?? '{}') as { entry?: object[] }).entry).toHaveLength(ENTRIES);
    expect(await versions()).toBe(before.versions + (method === 'again' ? 1 : ENTRIES));
    expect(after.peak).toBeLessThan(body.length / 2 ** 20 + BESIDE);
    expect(mostLocks).toBeLessThan(1_000);
    expect(waits.at(-1)).toBeLessThan(5_000);
  },
  900_000,
);
