// The client as a library, for import and for require, with its types.
import { build } from 'esbuild';
import { generateDtsBundle } from 'dts-bundle-generator';
import { basename, join } from 'node:path';
import { importedBuiltins } from './imported-builtins.mjs';
import { leftOut } from './left-out.mjs';

const INDEX = 'src/library/index.ts';

/** What the index gives: files of their own, so that bundlers can leave out those that nobody uses. */
const PARTS = ['src/library/create-client.ts', 'src/library/chat-files.ts', 'src/base/errors.ts'];

/**
 * @param {string} root
 * @param {import('esbuild').BuildOptions} options
 * @returns {Promise<{ files: Map<string, string>, metafile: { outputs: object } }>} files by name
 */
export async function libraryOf(root, options) {
  const common = {
    ...options,
    absWorkingDir: root,
    outdir: 'dist/library',
    bundle: true,
    write: false,
    platform: 'node',
    legalComments: 'none',
    metafile: true,
  };
  const bundles = await Promise.all([
    build({
      ...common,
      entryPoints: [INDEX, ...PARTS],
      format: 'esm',
      splitting: true,
      outExtension: { '.js': '.mjs' },
      outbase: 'src/library',
      entryNames: '[name]',
      plugins: [leftOut, importedBuiltins],
    }),
    build({
      ...common,
      entryPoints: [INDEX],
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
      plugins: [leftOut],
    }),
  ]);
  const outputs = bundles.flatMap(({ outputFiles }) => outputFiles);
  const files = new Map(outputs.map(({ path, text }) => [basename(path), text]));
  const types = typesOf(root);
  files.set('index.d.mts', types).set('index.d.cts', types);
  const metafiles = bundles.map(({ metafile }) => metafile.outputs);
  return { files, metafile: { outputs: Object.assign({}, ...metafiles) } };
}

/** Every exported type in one file, comments and all. */
export function typesOf(root) {
  const entry = { filePath: join(root, INDEX), output: { noBanner: true } };
  const [types] = generateDtsBundle([entry], {
    preferredConfigPath: join(root, 'tsconfig.json'),
  });
  return types;
}
