// kill -9 at random moments, and what is started again
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance.js';
import type { InstallationUnderTest } from './installation.js';
import type { ProgramName } from './programs.js';

const NAMES: readonly ProgramName[] = ['fhir-server', 'anchor-worker', 'ledger-node', 'anchor-contract'];

/** So many kills, each of a program and at a moment that chance takes; most are started again at once, some a little later. */
export async function killAtRandom(
  { programs }: InstallationUnderTest,
  kills: number,
  chance: Chance,
  progress: (kills: number) => void = () => undefined,
): Promise<Record<string, number>> {
  for (let kill = 0; kill < kills; kill += 1) {
    progress(kill);
    const program = programs[chance.of(NAMES)];
    if (!program.isRunning) program.start();
    if (chance.next() < 0.8) await program.says('ready');
    await sleep(chance.below(400));
    await program.kill();
    if (chance.next() < 0.3) await sleep(chance.below(1_000));
    program.start();
  }
  for (const name of NAMES) {
    if (!programs[name].isRunning) programs[name].start();
    await programs[name].says('ready');
  }
  return Object.fromEntries(NAMES.map((name) => [name, programs[name].kills]));
}
