/** Mutation testing of what decides and what talks to Telnyx: `npm run test:mutation`. */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.mts', related: false },
  mutate: ['src/turn/**/*.ts', 'src/api/**/*.ts'],
  coverageAnalysis: 'perTest',
  // What runs once, when a file loads (tables, patterns), is under every test: one mutant in twenty,
  // but two thirds of all test runs.
  ignoreStatic: true,
  concurrency: 2,
  reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: 'test-results/mutation/index.html' },
  jsonReporter: { fileName: 'test-results/mutation/report.json' },
  tempDirName: 'test-results/mutation/tmp',
  thresholds: { high: 95, low: 85, break: 85 },
};
