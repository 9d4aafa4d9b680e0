// `import text from './style.css?raw'`: the file as text, as Vite gives it to the tests; without what
// only its readers need.
import { transform } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** @type {import('esbuild').Plugin} */
export const rawText = {
  name: 'raw-text',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?raw$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.replace(/\?raw$/, '')),
      namespace: 'raw-text',
    }));
    onLoad({ filter: /.*/, namespace: 'raw-text' }, async ({ path }) => ({
      contents: await minified(path),
      loader: 'text',
    }));
  },
};

async function minified(path) {
  const text = await readFile(path, 'utf8');
  const loader = extname(path).slice(1);
  if (loader === 'html') return text;
  // Names that several scripts share stay as they are.
  return (await transform(text, { loader, minify: true })).code;
}
