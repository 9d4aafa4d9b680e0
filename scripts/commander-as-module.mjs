// commander as the ES modules it could be: esbuild wraps CommonJS files in functions, which Node then
// compiles twice, once to skip them and once to run them. Saves about 1 ms a start.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.resolve('commander')));
/** Loaded for subcommands that are programs of their own; we have none. Loading it takes 2 ms. */
const childProcess = fileURLToPath(new URL('./no-child-process.mjs', import.meta.url));

const REWRITES = [
  [/^const (\{.+\}|\w+) = require\('(.+)'\);$/gm, "import $1 from '$2';"],
  [/^const (\w+) = require\('(.+)'\)\.\1;$/gm, "import { $1 } from '$2';"],
  [/^exports\.(\w+) = \1;/gm, 'export { $1 };'],
];

export const commanderAsModule = {
  name: 'commander-as-module',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^commander$/ }, () => ({ path: 'commander', namespace: 'commander' }));
    onLoad({ filter: /.*/, namespace: 'commander' }, () => ({
      contents: `export * from './lib/command.js'; export * from './lib/error.js';`,
      resolveDir: folder,
    }));
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.startsWith(folder) ? { path: childProcess } : undefined,
    );
    onLoad({ filter: /[\\/]commander[\\/]lib[\\/]\w+\.js$/ }, async ({ path }) => ({
      contents: asModule(await readFile(path, 'utf8'), path),
    }));
  },
};

function asModule(source, path) {
  let contents = source;
  for (const [pattern, replacement] of REWRITES) contents = contents.replace(pattern, replacement);
  if (/^[^*/]*\b(require\(|exports\.)/m.test(contents))
    throw new Error(`${path} has changed: see scripts/commander-as-module.mjs`);
  return contents;
}
