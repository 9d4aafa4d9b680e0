// What a start needs at once, in one file: each further file costs Node 0.3 to 0.5 ms to find and open.
//
// esbuild puts code that several files share into chunks of its own. The chunks that a root needs at
// once are joined with it here, and all other files take them from there.
import { build, transform } from 'esbuild';
import { basename } from 'node:path';
import { compileFunction } from 'node:vm';

const COMMON_JS = { format: 'cjs', platform: 'node', supported: { 'dynamic-import': false } };

/**
 * @param {{ outputFiles: { path: string, text: string }[], metafile: import('esbuild').Metafile }} bundle
 *   ES modules
 * @param {Record<string, string>} roots files to be, each with the source it begins with; what an earlier
 *   one has is not in a later one
 * @param {import('esbuild').TransformOptions} options
 * @returns {Promise<Map<string, string>>} CommonJS files by name
 */
export async function withJoinedFiles({ outputFiles, metafile }, roots, options) {
  const sources = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const files = new Map();
  const places = new Map();
  for (const [file, source] of Object.entries(roots)) {
    const names = neededAtOnce(source, metafile).filter((name) => !places.has(name));
    for (const name of names) places.set(name, file);
    files.set(file, { root: names[0], names });
  }
  const texts = new Map();
  for (const [file, { root, names }] of files) {
    const {
      outputFiles: [output],
    } = await build({
      ...options,
      ...COMMON_JS,
      stdin: { contents: joiningModule(root, names, sources), resolveDir: '.' },
      bundle: true,
      write: false,
      logOverride: { 'commonjs-variable-in-esm': 'silent' },
      plugins: [reading(sources, new Set(names))],
    });
    texts.set(file, placed(output.text, places, files));
  }
  for (const [name, source] of sources) {
    if (places.has(name)) continue;
    const { code } = await transform(source, { ...options, ...COMMON_JS });
    texts.set(renamed(name), placed(code, places, files));
  }
  return texts;
}

/** The output and all that it imports statically, itself or through others. */
function neededAtOnce(source, { outputs }) {
  const byName = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  const [root] = [...byName].find(([, { entryPoint }]) => entryPoint === source);
  const found = new Set([root]);
  for (const each of found) {
    for (const { path, kind } of byName.get(each).imports)
      if (kind === 'import-statement' && byName.has(basename(path))) found.add(basename(path));
  }
  return [...found];
}

/**
 * A module that gives what other files take from the joined ones, as plain properties: a getter for each
 * export, as esbuild writes them, would be one more function to load and to call.
 */
function joiningModule(root, names, sources) {
  const imports = [];
  const objects = [];
  for (const [index, name] of names.entries()) {
    const taken = takenFrom(name, { names, sources, isRoot: name === root });
    const locals = taken.map((export_, at) => `${export_} as $${index}_${at}`);
    imports.push(`import { ${locals.join(', ')} } from './${name}';`);
    const properties = taken.map((export_, at) => `${export_}: $${index}_${at}`).join(', ');
    if (name === root) objects.push(properties);
    else if (taken.length > 0) objects.push(`${exportName(name)}: { ${properties} }`);
  }
  return `${imports.join('\n')}\nmodule.exports = { ${objects.filter(Boolean).join(', ')} };`;
}

/** The exports of a chunk that files outside the joined ones import; of the root, which loads late, all. */
function takenFrom(name, { names, sources, isRoot }) {
  if (isRoot) return exportsOf(sources.get(name));
  const statement = new RegExp(`import \\{([^}]*)\\} from "\\./${name}"`, 'g');
  const others = [...sources].filter(([each]) => !names.includes(each));
  const imported = others.flatMap(([, text]) => [...text.matchAll(statement)]);
  const specifiers = imported.flatMap(([, list]) => list.split(','));
  return [
    ...new Set(specifiers.map((each) => each.trim().split(' as ')[0]).filter(Boolean)),
  ].sort();
}

function exportsOf(text) {
  const lists = [...text.matchAll(/^export \{([^}]*)\};?$/gm)].flatMap(([, list]) =>
    list.split(','),
  );
  return lists.map((each) => each.trim().split(' as ').at(-1)).filter(Boolean);
}

/** Reads the joined files from memory and leaves the others to be loaded later. */
function reading(sources, joined) {
  return {
    name: 'joined-files',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\/.+\.js$/ }, ({ path }) =>
        joined.has(basename(path))
          ? { path: basename(path), namespace: 'joined' }
          : { path, external: true },
      );
      onLoad({ filter: /.*/, namespace: 'joined' }, ({ path }) => ({
        contents: sources.get(path),
        resolveDir: '.',
      }));
    },
  };
}

/** Takes chunks from the files that they were joined into; each of those is required once, as it takes time. */
function placed(code, places, files) {
  const required = new Map();
  const taken = code.replace(/require\("\.\/([^"]+\.js)"\)/g, (call, name, offset) => {
    const file = places.get(name);
    if (file === undefined) return `require("./${renamed(name)}")`;
    const part = files.get(file).root === name ? '' : `.${exportName(name)}`;
    // What is loaded late stays where it is.
    if (isLate(code, offset)) return `require("./${file}")${part}`;
    if (!required.has(file)) required.set(file, `joinedFile${required.size}`);
    return `${required.get(file)}${part}`;
  });
  // Names that minified code does not have.
  const lines = [...required].map(([file, name]) => `const ${name}=require("./${file}");`);
  const text = withoutCopies(taken).replace(
    /^("use strict";)?/,
    (strict) => strict + lines.join(''),
  );
  return compiled(text);
}

/** The code itself; throws what is wrong with it, which would show only when it is loaded. */
function compiled(code) {
  compileFunction(code, ['exports', 'require', 'module']);
  return code;
}

/** What is loaded late is taken as it is: a copy of a module has a getter for each of its exports. */
function withoutCopies(code) {
  return code.replace(/(then\(\(\)=>)[\w$]+\((require\("[^"]+"\)[\w.]*)\)/g, '$1$2');
}

/** Whether a call is what became of an `import()`: esbuild puts it into a promise. */
function isLate(code, offset) {
  return /then\(\(?\)?\s*=>[^;]{0,40}$/.test(code.slice(Math.max(0, offset - 60), offset));
}

const exportName = (file) => file.replace(/\.js$/, '').replaceAll(/\W/g, '_');

/** Node looks for a package.json beside every .js file, but not beside a .cjs file. */
const renamed = (file) => file.replace(/\.js$/, '.cjs');
