import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, say } from './root.mjs';
import { isStamped, stampOf } from './stamp.mjs';

const DEFINITIONS = join(ROOT, 'scripts', 'build-definitions.mjs');
const GENERATED = join(ROOT, 'libs', 'fhir-definitions', 'generated');

function run(node, what, args) {
  const { status, error } = spawnSync(node, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${what} failed${error ? `: ${error.message}` : ''}.`);
}

/** Definitions of FHIR R4 and validation code: only when what they are made from has changed (they take seconds). */
function generate(node) {
  if (!existsSync(DEFINITIONS)) return;
  const definitions = readdirSync(join(ROOT, 'scripts')).filter((name) => name.includes('definitions'));
  const stamp = stampOf([...definitions.map((name) => join('scripts', name)), 'fhir-profiles', 'package-lock.json']);
  const file = join(GENERATED, '.stamp');
  if (isStamped(file, stamp)) return;
  say('Preparing the FHIR definitions (once, some seconds) ...');
  run(node, 'Preparing the FHIR definitions', [DEFINITIONS]);
  if (existsSync(GENERATED)) writeFileSync(file, stamp);
}

function copyGenerated(dist) {
  for (const lib of readdirSync(join(ROOT, 'libs'))) {
    const from = join(ROOT, 'libs', lib, 'generated');
    if (existsSync(from)) cpSync(from, join(dist, 'libs', lib, 'generated'), { recursive: true });
  }
}

/** Compiles beside the old dist and swaps: a start at the same time sees the old or the new one, whole. */
function compile(node, stamp) {
  say('Compiling ...');
  const fresh = join(ROOT, 'node_modules', '.holdfast', `dist.${process.pid}`); // where no other tool looks
  const old = `${fresh}.old`;
  const dist = join(ROOT, 'dist');
  try {
    const swc = join(ROOT, 'node_modules', '@swc', 'cli', 'bin', 'swc.js');
    const ignored = ['--ignore', '**/test/**,**/generated/**'];
    mkdirSync(fresh, { recursive: true });
    run(node, 'Compiling', [swc, 'apps', 'libs', 'bench', '-d', fresh, '-D', '--quiet', ...ignored]);
    copyGenerated(fresh);
    writeFileSync(join(fresh, '.stamp'), stamp);
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

/** Brings dist up to date; does nothing when no source has changed. */
export function build(node) {
  generate(node);
  const sources = ['apps', 'libs', 'bench', 'bench', '.swcrc', 'package-lock.json', 'scripts/compile.mjs'];
  const generated = join('libs', 'fhir-definitions', 'generated', '.stamp');
  const stamp = stampOf([...sources, generated]);
  if (!isStamped(join(ROOT, 'dist', '.stamp'), stamp)) compile(node, stamp);
}
