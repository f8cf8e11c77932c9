import { run } from './run.mjs';
import { setUp } from './setup.mjs';

/** The suites named *.long.test.ts: full figures, minutes each, one after the other. */
const node = setUp();
const jest = ['--no-warnings=ExperimentalWarning', '--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];
const chosen = process.argv.length > 2 ? process.argv.slice(2) : ['\\.long\\.test\\.ts$'];
process.exitCode = await run(node, [...jest, '--runInBand', ...chosen], { HOLDFAST_TEST_LONG: '1' });
