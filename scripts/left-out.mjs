// What libraries load and this program never uses: each import gives an empty stand-in instead.

const LEFT_OUT = [
  // For subcommands that are programs of their own. Loading it takes 2 ms of every start.
  { name: 'node:child_process', by: 'commander', contents: '' },
  // conf checks settings against a schema only when one is given.
  { name: 'ajv/dist/2020.js', by: 'conf', contents: 'export class Ajv2020 {}' },
  { name: 'ajv-formats', by: 'conf', contents: 'export default () => {};' },
  // It fails where the account has no home; conf is told the folder.
  { name: 'env-paths', by: 'conf', contents: 'export default () => ({});' },
  // Half a megabyte, for a question that is answered in an editor. No such question is asked.
  { name: '@inquirer/external-editor', contents: 'export function editAsync() {}' },
  // A DEBUG that is meant for another program would make it print what is sent, passwords among it.
  {
    name: 'debug',
    contents: 'export default () => Object.assign(() => {}, { enabled: false });',
  },
];

/** @type {import('esbuild').Plugin} */
export const leftOut = {
  name: 'left-out',
  setup({ onResolve, onLoad }) {
    for (const { name, by, contents } of LEFT_OUT) {
      const namespace = `left-out-${name}`;
      onResolve({ filter: new RegExp(`^${name}$`) }, ({ importer }) =>
        by === undefined || /[\\/]node_modules[\\/](\w+)/.exec(importer)?.[1] === by
          ? { path: name, namespace }
          : undefined,
      );
      onLoad({ filter: /.*/, namespace }, () => ({ contents }));
    }
  },
};
