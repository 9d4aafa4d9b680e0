// Node's own modules, which CommonJS packages require, as imports: an ES module has no `require`, and
// one made with `createRequire` would not outlive a bundler that turns the library into CommonJS.
import { builtinModules } from 'node:module';

export const importedBuiltins = {
  name: 'imported-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[\w:/]+$/ }, ({ path, kind }) => {
      const name = path.replace(/^node:/, '');
      if (kind !== 'require-call' || !builtinModules.includes(name)) return undefined;
      return { path: name, namespace: 'required-builtin' };
    });
    onLoad({ filter: /.*/, namespace: 'required-builtin' }, ({ path }) => ({
      contents: `import builtin from 'node:${path}'; module.exports = builtin;`,
    }));
  },
};
