// `npm run bench -- import`: generated patients by transaction, and where the processor time goes
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { generate } from '../apps/holdfast/src/generate/generate.js';
import { writeFiles } from '../apps/holdfast/src/generate/write-files.js';
import { runImport } from '../apps/holdfast/src/import/index.js';
import { type Playground, withPlayground } from './playground.js';

const PATIENTS = Number(process.env.BENCH_PATIENTS ?? 60);
/** Ticks of a second in /proc. */
const TICKS = 100;

interface Figures {
  patients: number;
  resources: number;
  seconds: number;
  perSecond: number;
  /** Seconds of processor time by program. */
  processor: Record<string, number>;
  perProcessorSecond: number;
}

/** Imports generated patients into a fresh installation, as `holdfast import` does, and says what that took. */
export async function benchImport(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-import-'));
  try {
    const warmUp = join(folder, 'warm-up');
    await writeFiles(generate('warm-up', 10), warmUp, 'ndjson', () => undefined);
    const measured = join(folder, 'measured');
    await writeFiles(generate('bench', PATIENTS), measured, 'ndjson', () => undefined);
    const figures = await withPlayground(async (playground) => {
      await imported(playground, warmUp);
      return measure(() => imported(playground, measured));
    });
    process.stdout.write(`\n${textOf(figures)}\n\n${JSON.stringify(figures)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function imported({ base, token }: Playground, folder: string): Promise<number> {
  let printed = '';
  const out = new Writable({
    write(chunk: Buffer, _, done) {
      printed += chunk.toString();
      process.stderr.write(chunk);
      done();
    },
  });
  await runImport({ base, token, files: [folder], examples: false, check: false, dataDir: folder, out });
  const refused = Number(/^refused +(\d+)$/m.exec(printed)?.[1]);
  if (refused > 0) throw new Error(`${refused} were refused`);
  return Number(/^stored +(\d+)$/m.exec(printed)?.[1]);
}

async function measure(work: () => Promise<number>): Promise<Figures> {
  const before = processorTimes();
  const start = performance.now();
  const resources = await work();
  const seconds = (performance.now() - start) / 1000;
  const after = processorTimes();
  const processor = Object.fromEntries(
    Object.entries(after).map(([name, time]) => [name, round(time - (before[name] ?? 0))]),
  );
  const sum = Object.values(processor).reduce((all, one) => all + one, 0);
  return {
    patients: PATIENTS,
    resources,
    seconds: round(seconds),
    perSecond: Math.round(resources / seconds),
    processor,
    perProcessorSecond: Math.round(resources / sum),
  };
}

/** Processor time of this process and all below it, seconds by program. */
function processorTimes(): Record<string, number> {
  const parents = new Map<number, number>();
  const times = new Map<number, [name: string, seconds: number]>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = statOf(pid);
    if (stat === undefined) continue;
    parents.set(Number(pid), Number(stat[1]));
    const ticks = [11, 12, 13, 14].map((field) => Number(stat[field])).reduce((all, one) => all + one, 0);
    times.set(Number(pid), [stat[0] as string, ticks / TICKS]);
  }
  const sums: Record<string, number> = {};
  for (const [pid, [name, seconds]] of times) {
    if (!isBelow(pid, parents)) continue;
    const program = pid === process.pid ? 'import' : name.startsWith('postgres') ? 'Postgres' : 'server';
    sums[program] = (sums[program] ?? 0) + seconds;
  }
  return sums;
}

/** Name, then the fields from the state on: proc(5). */
function statOf(pid: string): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = text.lastIndexOf(')');
    return [
      text.slice(text.indexOf('(') + 1, end),
      ...text
        .slice(end + 2)
        .split(' ')
        .slice(1),
    ];
  } catch {
    return undefined;
  }
}

function isBelow(pid: number, parents: ReadonlyMap<number, number>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)) {
    if (at === process.pid) return true;
  }
  return false;
}

function textOf({ patients, resources, seconds, perSecond, processor, perProcessorSecond }: Figures): string {
  const shares = Object.entries(processor).map(([name, time]) => `${name} ${time} s`);
  return [
    `${resources} resources of ${patients} patients in ${seconds} s: ${perSecond}/s`,
    `processor time: ${shares.join(', ')}; ${perProcessorSecond} resources a second of one processor`,
  ].join('\n');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
