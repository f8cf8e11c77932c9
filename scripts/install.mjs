import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findNode24 } from './node24.mjs';
import { ROOT, say } from './root.mjs';

function readLock(...path) {
  const file = join(ROOT, ...path);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}

/** Packages whose programs exist once per platform, and which a build or a test cannot do without. */
const PER_PLATFORM = ['@swc/core', '@biomejs/biome', 'oxlint', 'oxlint-tsgolint', 'typescript7', 'unrs-resolver'];

function hasPlatformProgram(name, installed) {
  const entry = installed[`node_modules/${name}`];
  const mine = `${process.platform}-${process.arch}`;
  const candidates = Object.keys(entry?.optionalDependencies ?? {}).filter((option) => option.includes(mine));
  return candidates.length === 0 || candidates.some((option) => existsSync(join(ROOT, 'node_modules', option)));
}

/** What is missing from node_modules, in words; undefined when everything is there. npm's own record of the tree is compared with the lock. */
export function whatIsMissing() {
  const wanted = readLock('package-lock.json');
  const installed = readLock('node_modules', '.package-lock.json');
  const absent = Object.entries(wanted).find(
    ([path, entry]) => path && !entry.optional && installed[path]?.version !== entry.version,
  );
  if (absent) return absent[0].replace(/^.*node_modules\//, '');
  const program = PER_PLATFORM.find((name) => !hasPlatformProgram(name, installed));
  if (program) return `the program of ${program} for ${process.platform}-${process.arch}`;
  return findNode24() ? undefined : 'Node 24';
}

function npm(...args) {
  const program = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // What npm prints goes to stderr: stdout is the answer of the command that needed the installation.
  return (
    spawnSync(program, args, { cwd: ROOT, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' }).status === 0
  );
}

/** Installs when something is missing. Throws with a sentence when it stays missing. */
export function install() {
  if (!whatIsMissing()) return;
  say('Installing packages (once, up to a minute) ...');
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  if (npm('ci', ...quiet) && !whatIsMissing()) return;
  say('The lock file lacks packages for this platform, so npm looks them up ...');
  npm('install', '--no-save', '--no-package-lock', ...quiet);
  if (!findNode24()) {
    throw new Error(
      `There is no Node 24 for ${process.platform}-${process.arch} on npm: install Node 24 on this machine and try again.`,
    );
  }
  const missing = whatIsMissing();
  if (missing) say(`Going on without ${missing}: npm did not install it.`);
}
