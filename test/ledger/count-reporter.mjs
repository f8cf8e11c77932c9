/** What test/ledger/real-fabric.ts puts before the names of the tests that need FABRIC_BIN. */
const MARK = '[real Fabric]';

function say(line) {
  process.stdout.write(`${line}\n`);
}

function isForRealFabric({ ancestorTitles }) {
  return ancestorTitles.some((title) => title.startsWith(MARK));
}

/** Last line of the suite, for people and for CI: a test that was left out for any reason but a missing FABRIC_BIN has failed. */
export default class CountReporter {
  onRunComplete(_contexts, { testResults, numFailedTestSuites }) {
    const tests = testResults.flatMap((file) => file.testResults);
    const leftOut = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
    const forFabric = leftOut.filter((test) => !process.env.FABRIC_BIN && isForRealFabric(test));
    const unexplained = leftOut.filter((test) => !forFabric.includes(test));
    for (const { fullName } of unexplained) say(`left out without a reason: ${fullName}`);
    const passed = tests.filter(({ status }) => status === 'passed').length;
    const broken = tests.filter(({ status }) => status === 'failed').length + unexplained.length;
    // A file that could not be read has no tests to count.
    const failed = Math.max(broken, numFailedTestSuites);
    this.failed = failed > 0;
    const ledger = process.env.FABRIC_BIN ? 'real Fabric network' : 'embedded node';
    const rest = forFabric.length > 0 ? `; ${forFabric.length} need real peers (FABRIC_BIN) and were left out` : '';
    say(`ledger suite, ${ledger}: ${passed} passed, ${failed} failed${rest}`);
  }

  getLastError() {
    return this.failed ? new Error('Not every test of the ledger suite passed.') : undefined;
  }
}
