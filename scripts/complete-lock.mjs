// For whoever changes dependencies: run after `npm install`, where the registry does not hold the packages of every platform.
// npm leaves those out of the lock, and `npm ci` then refuses the lock everywhere. This adds them back by name, version, os and cpu.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, say } from './root.mjs';

const PLATFORM =
  /(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|x64|ia32|loong64|ppc64|riscv64|s390x)(?:-(\w+))?$/;

function entry(version, dev, name) {
  const [, os, cpu, abi] = PLATFORM.exec(name) ?? [];
  if (!os) throw new Error(`The name ${name} does not say for which platform it is.`);
  const libc = { musl: ['musl'], gnu: ['glibc'] }[os === 'linux' ? abi : ''];
  return { version, cpu: [cpu], ...(dev ? { dev } : {}), ...(libc ? { libc } : {}), optional: true, os: [os] };
}

const file = join(ROOT, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
let added = 0;
for (const { dev, optionalDependencies } of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    if (!lock.packages[path]) {
      lock.packages[path] = entry(version, dev, name);
      added += 1;
    }
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries(sorted);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
say(`${added} packages of other platforms added to the lock.`);
