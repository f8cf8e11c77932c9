const vectors = process.env.HOLDFAST_TEST_VECTORS === '1';
const long = process.env.HOLDFAST_TEST_LONG === '1';

/** One project for all: ES modules through swc, `#libs/*` resolved to source by the `repo-source` condition. */
export default {
  rootDir: '.',
  testMatch: ['<rootDir>/{apps,libs,test,bench}/**/*.test.ts'],
  // The conformance suite has a configuration and a command of its own: npm run test:ledger.
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/dist/',
    '\\.ledger\\.test\\.ts$',
    ...(vectors ? [] : ['\\.vectors\\.test\\.ts$']),
    // Minutes each: npm run test:long.
    ...(long ? [] : ['\\.long\\.test\\.ts$']),
  ],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['repo-source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.holdfast/'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': '@swc/jest' },
  setupFiles: ['<rootDir>/test/fixed-seed.mjs'],
  globalSetup: '<rootDir>/test/global-setup.mjs',
  globalTeardown: '<rootDir>/test/global-teardown.mjs',
  testTimeout: 60_000,
};
