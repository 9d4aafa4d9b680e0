// Runs all tests on each supported Node version, with the `node` packages of npm.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const VERSIONS = ['20', '22', '24'];
const root = fileURLToPath(new URL('..', import.meta.url));

function testsPassOn(version) {
  console.log(`\nNode ${version}`);
  const vitest = ['node', 'node_modules/vitest/vitest.mjs', 'run', '--reporter=minimal'];
  const { status } = spawnSync('npx', ['-y', '-p', `node@${version}`, ...vitest], {
    cwd: root,
    stdio: 'inherit',
  });
  return status === 0;
}

const build = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
const failed = build.status === 0 ? VERSIONS.filter((version) => !testsPassOn(version)) : VERSIONS;
console.log(
  failed.length === 0
    ? `\npassed on Node ${VERSIONS.join(', ')}`
    : `\nfailed on Node ${failed.join(', ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
