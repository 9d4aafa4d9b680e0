// npm run test:matrix -- [file of tests...]
//
// Runs the tests on each supported Node version, with the `node` packages of npm.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const VERSIONS = ['20.12', '22', '24', '26'];
const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = [
  ...['--require', './scripts/style-text.cjs'],
  ...['node_modules/vitest/vitest.mjs', 'run', '--reporter=minimal'],
];
const files = process.argv.slice(2);

function run(program, args) {
  const shell = process.platform === 'win32';
  return spawnSync(program, args, { cwd: root, stdio: 'inherit', shell }).status === 0;
}

const nodeOf = (version, ...args) => ['-y', '-p', `node@${version}`, 'node', ...args];

/** `not found` when npm has no such version. */
function outcomeOn(version) {
  console.log(`\nNode ${version}`);
  if (!run('npx', nodeOf(version, '--version'))) return 'not found';
  return run('npx', nodeOf(version, ...vitest, ...files)) ? 'passed' : 'failed';
}

if (!run('npm', ['run', '--silent', 'build'])) process.exit(1);
const outcomes = VERSIONS.map((version) => [version, outcomeOn(version)]);
console.log(`\n${outcomes.map(([version, outcome]) => `Node ${version}: ${outcome}`).join('\n')}`);
process.exitCode = outcomes.every(([, outcome]) => outcome === 'passed') ? 0 : 1;
