// What the program's own code knows of itself: commands, flags, exit codes, faults.
import { build } from 'esbuild';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { rawText } from '../raw-text.mjs';

const ENTRY = `
export { programOutline } from './src/program.ts';
export { GUIDES, pageOf } from './src/command-line/help.ts';
export { KEYS, SLASH_COMMANDS } from './src/chat/slash-commands.ts';
export { FAULT_KINDS } from './src/sandbox/faults/grammar.ts';
export { turnJson } from './src/turn/turn-report.ts';
export { errorJson } from './src/base/text/error-report.ts';
export { AppError } from './src/base/errors.ts';
export { reportSchema } from './src/testing/report/json.ts';
import { openMetrics } from './src/relay/operation/metrics.ts';
const zero = () => 0;
export const metricsText = () =>
  openMetrics({ turnsInFlight: zero, turnsWaiting: zero, turnsHeld: zero, isRedisUp: zero, isKeyRefused: zero }).text();
`;

/**
 * Bundles the program's own code once more, and asks it.
 *
 * @param {string} root
 * @param {string} version
 */
export async function programFacts(root, version) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: { contents: ENTRY, resolveDir: root },
    bundle: true,
    packages: 'external',
    write: false,
    format: 'cjs',
    platform: 'node',
    define: { __VERSION__: JSON.stringify(version), __DIST__: JSON.stringify(join(root, 'dist')) },
    plugins: [rawText],
    logLevel: 'error',
  });
  const program = { exports: {} };
  const run = new Function('module', 'require', outputFiles[0].text);
  run(program, createRequire(join(root, 'package.json')));
  const { programOutline, metricsText, ...others } = program.exports;
  return { outline: await programOutline(), metrics: await metricsText(), ...others };
}
