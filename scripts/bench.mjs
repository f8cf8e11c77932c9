import { run } from './run.mjs';
import { setUp } from './setup.mjs';

const node = setUp();
process.exitCode = await run(node, ['dist/bench/main.js', ...process.argv.slice(2)]);
