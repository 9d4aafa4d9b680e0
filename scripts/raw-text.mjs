// `import text from './style.css?raw'`: the file as text, as Vite gives it to the tests; without what
// only its readers need.
import { transform } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @type {import('esbuild').Plugin} */
export const rawText = {
  name: 'raw-text',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?raw$/ }, ({ path, resolveDir }) => ({
      path: relative(ROOT, fileOf(path.replace(/\?raw$/, ''), resolveDir)),
      namespace: 'raw-text',
    }));
    onLoad({ filter: /.*/, namespace: 'raw-text' }, async ({ path }) => ({
      contents: await minified(join(ROOT, path)),
      loader: 'text',
    }));
  },
};

/** A path without a dot at its start is that of a package's file. */
function fileOf(path, folder) {
  return path.startsWith('.') ? join(folder, path) : join(ROOT, 'node_modules', path);
}

async function minified(path) {
  const text = await readFile(path, 'utf8');
  const loader = extname(path).slice(1);
  if (loader === 'html') return text;
  // Names that several scripts share stay as they are.
  return (await transform(text, { loader, minify: true })).code;
}
