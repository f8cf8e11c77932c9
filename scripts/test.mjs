import { say } from './root.mjs';
import { run } from './run.mjs';
import { setUp } from './setup.mjs';

const arguments_ = process.argv.slice(2);
const ci = arguments_[0] === '--ci';
const chosen = ci ? arguments_.slice(1) : arguments_;
const node = setUp();

const BIOME = 'node_modules/@biomejs/biome/bin/biome';
const CHECKS = [
  ['Format and lint', [BIOME, 'check', '--error-on-warnings', '.']],
  ['Lint with types', ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', 'apps', 'libs']],
  ['Types', ['node_modules/typescript7/bin/tsc', '--noEmit', '-p', 'tsconfig.json']],
];

/** The vector suites read files that do not belong to this repository; without those they fail. */
const vectors = ci ? { HOLDFAST_TEST_VECTORS: '1' } : {};

async function runChecks() {
  let failed = 0;
  for (const [name, args] of CHECKS) {
    const code = await run(node, args);
    say(`${name}: ${code === 0 ? 'good' : 'FAILED'}`);
    if (code !== 0) failed += 1;
  }
  return failed;
}

// A choice of test files, as in `npm test -- libs/search`, runs those and leaves the checks out.
const failedChecks = chosen.length > 0 ? 0 : await runChecks();
const jest = ['--no-warnings=ExperimentalWarning', '--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];
const tests = await run(node, [...jest, ...chosen], vectors);
process.exitCode = tests || (failedChecks > 0 ? 1 : 0);
