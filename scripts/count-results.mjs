// Prints the counts of a test run from vitest's JSON report, as "N passed, N failed".
import { readFile } from 'node:fs/promises';

const [, , path] = process.argv;
const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites, testResults } =
  JSON.parse(await readFile(path, 'utf8'));

// A file that could not even be loaded has no failed test, but it failed.
const unloaded = testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
).length;
const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
console.log(`${numPassedTests} passed, ${numFailedTests + unloaded} failed${skipped}`);
if (numPassedTests === 0 || numFailedTestSuites > 0) process.exitCode = 1;
