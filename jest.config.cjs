const transform = {
  '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' }, sourceMaps: 'inline' }],
}
const base = { testEnvironment: 'node', rootDir: __dirname, transform }

/** Unit tests need no server; integration and end-to-end tests share real ones, started once. */
module.exports = {
  maxWorkers: 2,
  // A guard against a test that hangs, not a measure of speed: two cores share these tests with real servers.
  testTimeout: 60_000,
  reporters: ['default', '<rootDir>/test/summary-reporter.cjs'],
  projects: [
    { ...base, displayName: 'unit', testMatch: ['<rootDir>/test/**/*.test.ts'], testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/integration/', '<rootDir>/test/e2e/', '<rootDir>/test/workflows/'] },
    { ...base, displayName: 'workflows', testMatch: ['<rootDir>/test/workflows/**/*.test.ts'], globalSetup: '<rootDir>/test/bundle-setup.cjs' },
    { ...base, displayName: 'integration', testMatch: ['<rootDir>/test/integration/**/*.test.ts'], globalSetup: '<rootDir>/test/servers-setup.cjs', globalTeardown: '<rootDir>/test/servers-teardown.cjs' },
    { ...base, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.test.ts'] },
  ],
}
