// Bundles src/ into dist/: CommonJS files that share chunks and load them only when asked for.
//
// esbuild splits code for ES modules only, but an ES-module entry costs Node about 4 ms a start,
// which is more than `--version` may take over bare Node. So the chunks are made as ES modules and
// then rewritten, each as it stands, to CommonJS, where `import()` becomes a late `require()`.
import { build, transform } from 'esbuild';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { thirdPartyLicenses } from './licenses.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const target = 'node20.12';

/** commander loads node:child_process for subcommands that are programs of their own; we have none. */
const withoutExternalCommands = {
  name: 'without-external-commands',
  setup({ onResolve }) {
    const path = join(root, 'scripts/no-child-process.mjs');
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('/node_modules/commander/') ? { path } : undefined,
    );
  },
};

await rm(dist, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/entry.ts'],
  outdir: 'dist',
  // Node looks for a package.json beside every .js file, but not beside a .cjs file.
  outExtension: { '.js': '.cjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target,
  // conf loads its schema validator even when no schema is given, and we give none.
  alias: {
    'ajv/dist/2020.js': './scripts/no-schema.mjs',
    'ajv-formats': './scripts/no-schema.mjs',
  },
  plugins: [withoutExternalCommands],
  define: { __VERSION__: JSON.stringify(version) },
  legalComments: 'none',
  minify: true,
  metafile: true,
  logLevel: 'warning',
});

for (const file of await readdir(dist)) {
  const path = join(dist, file);
  const { code } = await transform(await readFile(path, 'utf8'), {
    format: 'cjs',
    platform: 'node',
    target,
    supported: { 'dynamic-import': false },
    minify: true,
  });
  await writeFile(path, code);
}

await writeFile(join(dist, 'THIRD-PARTY-LICENSES.txt'), await thirdPartyLicenses(root, metafile));
