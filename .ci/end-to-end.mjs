// What a user does, on the programs as they are delivered: start, import the official examples and check them, save a receipt and
// verify it offline, stop. Each step counts as one test; the last line tells how many passed.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_WITHIN = 180_000;
const STOP_WITHIN = 10_000;

const folder = mkdtempSync(join(tmpdir(), 'holdfast-end-to-end-'));
chmodSync(folder, 0o711); // as root, Postgres runs under another account
const count = { passed: 0, failed: 0 };

function say(line) {
  process.stdout.write(`${line}\n`);
}

async function step(name, work) {
  try {
    await work();
    count.passed += 1;
    say(`ok      ${name}`);
  } catch (error) {
    count.failed += 1;
    say(`FAILED  ${name}: ${error.message}`);
  }
}

function demand(condition, sentence) {
  if (!condition) throw new Error(sentence);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const PORT = String(await freePort());
const env = { ...process.env, PORT, DATA_DIR: join(folder, 'data') };
const base = `http://127.0.0.1:${PORT}/fhir`;

function holdfast(...args) {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '-s', 'holdfast', '--', ...args], {
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

async function start() {
  const child = spawn('npm', ['start'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.ended = new Promise((resolve) => child.once('exit', resolve));
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    process.stdout.write(text);
  });
  const end = Date.now() + START_WITHIN;
  while (!output.includes('Holdfast is ready.')) {
    demand(child.exitCode === null, 'npm start ended');
    demand(Date.now() < end, 'npm start was not ready in three minutes');
    await sleep(100);
  }
  return child;
}

/** Numbers of the processes that still belong to this run: they carry its folder in arguments or environment. */
function processesLeft() {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return ['cmdline', 'environ'].some((name) => readFileSync(`/proc/${pid}/${name}`, 'latin1').includes(folder));
    } catch {
      return false;
    }
  });
}

async function stop(child) {
  const asked = Date.now();
  child.kill('SIGTERM');
  const late = sleep(STOP_WITHIN, 'late', { ref: false });
  demand((await Promise.race([child.ended, late])) !== 'late', 'it did not stop within ten seconds');
  await sleep(200);
  const left = processesLeft();
  demand(left.length === 0, `processes are left: ${left.join(', ')}`);
  say(`        stopped in ${Date.now() - asked} ms`);
}

async function saveReceipt(file) {
  const token = holdfast('token', '--scope', 'system/*.cruds').stdout.trim();
  demand(/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token), 'the token command printed something else than a token');
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' };
  const body =
    '{"resourceType":"Observation","status":"final","code":{"text":"weight"},"valueQuantity":{"value":1.00}}';
  const created = await fetch(`${base}/Observation`, { method: 'POST', headers, body });
  demand(created.status === 201, `create answered ${created.status}`);
  demand((await created.text()).includes('"value":1.00'), 'the decimal 1.00 did not survive');
  const location = created.headers.get('location');
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await fetch(`${location}/$receipt`, { headers });
    const text = await answer.text();
    if (answer.status === 200) return writeFileSync(file, text);
    demand(answer.status === 202, `$receipt answered ${answer.status}: ${text}`);
    await sleep(100);
  }
  throw new Error('no receipt within ten seconds');
}

const receipt = join(folder, 'receipt.json');
let running;
await step('npm start brings everything up', async () => {
  running = await start();
});
if (running) {
  await step('a second start on the same DATA_DIR refuses', async () => {
    const second = spawnSync('npm', ['start'], { env, encoding: 'utf8', timeout: 60_000 });
    demand(second.status === 1, `it ended with ${second.status}`);
    demand(/already runs on/.test(second.stdout + second.stderr), 'it did not say why');
  });
  await step('the official examples are imported, read back, anchored and verified', async () => {
    const args = ['run', '-s', 'holdfast', '--', 'import', '--examples', '--check'];
    const { status } = spawnSync('npm', args, { env, stdio: 'inherit' });
    demand(status === 0, `it ended with ${status}`);
  });
  await step('a receipt is saved', () => saveReceipt(receipt));
  await step('everything stops within ten seconds and leaves no process', () => stop(running));
  await step('the saved receipt verifies with no server', () => {
    const { status, stdout, stderr } = holdfast('verify', receipt);
    demand(status === 0 && stdout.includes('OK'), `${stdout}${stderr}`);
  });
  await step('the receipt with one byte changed does not verify', () => {
    const text = readFileSync(receipt, 'utf8');
    const middle = Math.floor(text.length / 2);
    const changed = text[middle] === 'A' ? 'B' : 'A';
    const forged = join(folder, 'forged.json');
    writeFileSync(forged, text.slice(0, middle) + changed + text.slice(middle + 1));
    const { status, stdout } = holdfast('verify', forged);
    demand(status !== 0 && !stdout.includes('OK'), stdout);
  });
  await step('a second start finds everything again, and stops', async () => {
    await stop(await start());
  });
}

if (count.failed === 0) rmSync(folder, { recursive: true });
else say(`Logs are in ${folder}`);
say(`end to end: ${count.passed} passed, ${count.failed} failed`);
process.exitCode = count.failed === 0 ? 0 : 1;
