// The commands and their flags, as the program defines them.
import { build } from 'esbuild';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { rawText } from '../raw-text.mjs';

const ENTRY = `export { programOutline } from './src/program.ts';`;

/**
 * Bundles the program's own code once more, and asks it.
 *
 * @param {string} root
 * @param {string} version
 * @returns {Promise<import('../../src/command-line/outline.js').Outline>}
 */
export async function outlineOf(root, version) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: { contents: ENTRY, resolveDir: root },
    bundle: true,
    packages: 'external',
    write: false,
    format: 'cjs',
    platform: 'node',
    define: { __VERSION__: JSON.stringify(version) },
    plugins: [rawText],
    logLevel: 'error',
  });
  const program = { exports: {} };
  const run = new Function('module', 'require', outputFiles[0].text);
  run(program, createRequire(join(root, 'package.json')));
  return program.exports.programOutline();
}
