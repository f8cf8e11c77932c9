import { describe } from '@jest/globals';

/** How the names of tests begin that only real peers and a real orderer can answer: count-reporter.mjs knows them by it. */
const MARK = '[real Fabric]';

/** A group of tests for which FABRIC_BIN must name the folder of `peer` and `orderer`; without it they are left out, and said to be. */
export function describeRealFabric(name: string, tests: () => void): void {
  (process.env.FABRIC_BIN ? describe : describe.skip)(`${MARK} ${name}`, tests);
}
