import { run } from './run.mjs';
import { setUp } from './setup.mjs';

const node = setUp();
process.exitCode = await run(node, ['dist/apps/holdfast/src/main.js', 'up', ...process.argv.slice(2)]);
