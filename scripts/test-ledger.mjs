import { say } from './root.mjs';
import { run } from './run.mjs';
import { setUp } from './setup.mjs';

/** The conformance suite: against real peers and a real orderer where FABRIC_BIN is set, else against the embedded node. */
const node = setUp();
const { FABRIC_BIN } = process.env;
say(FABRIC_BIN ? `Asking a real Fabric network (programs in ${FABRIC_BIN}).` : 'Asking the embedded ledger node.');
const jest = ['--no-warnings=ExperimentalWarning', '--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];
process.exitCode = await run(node, [...jest, '--config', 'test/ledger/jest.config.mjs', ...process.argv.slice(2)]);
