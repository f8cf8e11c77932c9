import { run } from './run.mjs';
import { setUp } from './setup.mjs';

const node = setUp();
process.exitCode = await run(node, ['bench/main.ts', ...process.argv.slice(2)]);
