import root from '../../jest.config.mjs';

/** The conformance suite alone: no Postgres, one network at a time. */
const { globalSetup: _setup, globalTeardown: _teardown, ...shared } = root;
export default {
  ...shared,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/ledger/*.ledger.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/dist/'],
  maxWorkers: 1,
  reporters: ['default', '<rootDir>/test/ledger/count-reporter.mjs'],
};
