import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findNode24 } from './node24.mjs';
import { ROOT, say } from './root.mjs';
import { isStamped, stampOf } from './stamp.mjs';

/** Says that what npm could install for this lock has been installed, although something is missing. */
const SETTLED = join(ROOT, 'node_modules', '.holdfast', 'installed');

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

/** What npm prints goes to stderr, or nowhere: stdout is the answer of the command that needed the installation. */
function npm(args, complaints) {
  const windows = process.platform === 'win32';
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd: ROOT, stdio: ['ignore', 2, complaints], shell: windows };
  return spawnSync(windows ? 'npm.cmd' : 'npm', [...args, ...quiet], options).status === 0;
}

function settle(missing, stamp) {
  say(`Going on without ${missing}: npm did not install it.`);
  mkdirSync(join(SETTLED, '..'), { recursive: true });
  writeFileSync(SETTLED, stamp);
}

/** Installs when something is missing. Throws with a sentence when there is nothing to run Holdfast on afterwards. */
export function install() {
  const stamp = stampOf(['package.json', 'package-lock.json']);
  if (!whatIsMissing() || isStamped(SETTLED, stamp)) return;
  say('Installing packages (once, up to a minute) ...');
  if (npm(['ci'], 'ignore') && !whatIsMissing()) return;
  say('The lock file alone does not give all packages for this machine, so npm looks them up ...');
  if (npm(['install', '--no-save'], 2) && !whatIsMissing()) return;
  npm(['install', '--no-save', '--no-package-lock'], 2);
  const missing = whatIsMissing();
  if (!findNode24()) {
    throw new Error(
      `There is no Node 24 for ${process.platform}-${process.arch} on npm: install Node 24 on this machine and try again.`,
    );
  }
  if (missing) settle(missing, stamp);
}
