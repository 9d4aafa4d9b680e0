// What every start needs, in one file: each further file costs Node 0.3 to 0.5 ms to find and open.
//
// esbuild puts code that several files share into chunks of its own. The chunks that the entry needs
// at once are joined with it here, and the files that load later take them from there.
import { build, transform } from 'esbuild';
import { basename } from 'node:path';

/**
 * @param {{ outputFiles: { path: string, text: string }[], metafile: import('esbuild').Metafile }} bundle
 *   ES modules, main.js among them
 * @param {import('esbuild').TransformOptions} options
 * @returns {Promise<Map<string, string>>} CommonJS files by name: entry.cjs, and those that load later
 */
export async function withEntryInOneFile({ outputFiles, metafile }, options) {
  const sources = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const joined = neededAtOnce('main.js', metafile);
  const commonJs = { format: 'cjs', platform: 'node', supported: { 'dynamic-import': false } };
  const entry = await build({
    ...options,
    ...commonJs,
    stdin: { contents: joiningModule(joined), resolveDir: '.' },
    bundle: true,
    write: false,
    plugins: [reading(sources, joined)],
  });
  const files = new Map([['entry.cjs', entry.outputFiles[0].text]]);
  for (const [name, source] of sources) {
    if (joined.has(name)) continue;
    const { code } = await transform(source, { ...options, ...commonJs });
    files.set(renamed(name), withChunksFromEntry(code, joined));
  }
  return files;
}

/** The output and all that it imports statically, itself or through others. */
function neededAtOnce(name, { outputs }) {
  const byName = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  const found = new Set([name]);
  for (const each of found) {
    for (const { path, kind } of byName.get(each).imports)
      if (kind === 'import-statement' && byName.has(basename(path))) found.add(basename(path));
  }
  return found;
}

function joiningModule(names) {
  return [...names]
    .map((name) =>
      name === 'main.js'
        ? `export * from './${name}';`
        : `export * as ${exportName(name)} from './${name}';`,
    )
    .join('\n');
}

/** Reads the joined files from memory and leaves the others to be loaded later. */
function reading(sources, joined) {
  return {
    name: 'joined-files',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\/.+\.js$/ }, ({ path }) =>
        joined.has(basename(path))
          ? { path: basename(path), namespace: 'joined' }
          : { path: `./${renamed(basename(path))}`, external: true },
      );
      onLoad({ filter: /.*/, namespace: 'joined' }, ({ path }) => ({
        contents: sources.get(path),
        resolveDir: '.',
      }));
    },
  };
}

function withChunksFromEntry(code, joined) {
  return code.replace(/require\("\.\/([^"]+\.js)"\)/g, (_, name) =>
    joined.has(name)
      ? `require("./entry.cjs").${exportName(name)}`
      : `require("./${renamed(name)}")`,
  );
}

const exportName = (file) => file.replace(/\.js$/, '').replaceAll(/\W/g, '_');

/** Node looks for a package.json beside every .js file, but not beside a .cjs file. */
const renamed = (file) => file.replace(/\.js$/, '.cjs');
