// Which part of src/ may import which, and which packages: everything that is not listed is an error.
import { builtinModules } from 'node:module';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = fileURLToPath(new URL('../src', import.meta.url));
const ANY_NODE = 'node:*';

/** Pure folders: no I/O, no clock, no package. */
const PURE = [];

/**
 * A layer is a folder of src/, or a file beside them. Arrows go one way, from the bottom of this table up.
 * `own`: the other layers that it may import. `packages`: from npm and from Node.
 */
const LAYERS = {
  base: { own: [], packages: ['get-east-asian-width', 'node:vm'] },
  settings: { own: ['base'], packages: PURE },
  conversations: { own: ['base'], packages: PURE },
  redact: { own: ['base'], packages: ['libphonenumber-js/min'] },
  turn: { own: ['base', 'conversations'], packages: PURE },
  testing: { own: ['base', 'conversations', 'turn'], packages: PURE },
  chat: { own: ['base', 'conversations', 'turn'], packages: PURE },
  doctor: { own: ['base', 'settings', 'conversations'], packages: PURE },
  'command-line': { own: ['base', 'process'], packages: ['commander'] },
  process: { own: ['base'], packages: [ANY_NODE] },
  api: {
    own: ['base', 'conversations', 'turn'],
    packages: [ANY_NODE, 'eventsource-parser', 'https-proxy-agent', 'undici', 'valibot'],
  },
  store: { own: ['base', 'settings'], packages: [ANY_NODE, 'conf', 'dotenv', 'valibot'] },
  terminal: {
    own: ['base', 'turn', 'chat', 'process'],
    packages: [ANY_NODE, '@inquirer/prompts', 'chalk', 'ora'],
  },
  sandbox: { own: ['base'], packages: [ANY_NODE, 'valibot'] },
  relay: {
    own: ['base', 'turn'],
    packages: [
      ...[ANY_NODE, '@valibot/to-json-schema', 'ioredis', 'pino', 'prom-client', 'valibot'],
      // The page carries it as text.
      'marked/lib/marked.umd.js?raw',
    ],
  },
  library: {
    own: ['base', 'conversations', 'turn', 'testing', 'process', 'api'],
    packages: [ANY_NODE, 'valibot'],
  },
  account: {
    own: [
      ...['base', 'settings', 'conversations', 'turn', 'process'],
      ...['api', 'store', 'sandbox'],
    ],
    packages: [],
  },
  commands: {
    own: [
      ...['base', 'settings', 'conversations', 'turn', 'chat', 'testing', 'doctor', 'command-line'],
      ...['process', 'api', 'store', 'terminal', 'sandbox', 'relay', 'account', 'redact'],
    ],
    packages: ['commander'],
  },
  program: { own: ['process', 'command-line', 'commands'], packages: ['commander'] },
  main: { own: ['base', 'process', 'commands', 'program'], packages: [] },
};

function layerOf(path) {
  return path.split('/')[0].replace(/\.[jt]s$/, '');
}

/** The folder of commands/ with the flags that several commands share. */
const SHARED = 'options';

/** The command that a file is part of; undefined for what all commands share. */
function commandOf(path) {
  const [first, second = ''] = path.split('/');
  if (first !== 'commands' || second === SHARED) return undefined;
  return second.replace(/\.[jt]s$/, '');
}

const isNode = (name) => name.startsWith('node:') || builtinModules.includes(name);

/** Why the file may not import this; undefined when it may. */
function objection(file, source) {
  const layer = layerOf(file);
  const { own, packages } = LAYERS[layer] ?? { own: [], packages: [] };
  if (!source.startsWith('.')) {
    const isListed = packages.includes(source) || (isNode(source) && packages.includes(ANY_NODE));
    return isListed ? undefined : `${layer} may not import ${source}`;
  }
  const target = relative(SOURCES, resolve(SOURCES, dirname(file), source))
    .split(sep)
    .join('/');
  const targetLayer = layerOf(target);
  if (targetLayer !== layer && !own.includes(targetLayer)) {
    return `${layer} may not import ${targetLayer}`;
  }
  const [from, to] = [commandOf(file), commandOf(target)];
  return from !== undefined && to !== undefined && from !== to
    ? 'a command may not import another one'
    : undefined;
}

export const layers = {
  rules: {
    imports: {
      meta: { type: 'problem', schema: [], messages: { no: '{{why}}: see ARCHITECTURE.md' } },
      create(context) {
        const file = relative(SOURCES, context.filename).split(sep).join('/');
        const check = ({ source }) => {
          const why = source && objection(file, source.value);
          if (why) context.report({ node: source, messageId: 'no', data: { why } });
        };
        return {
          ImportDeclaration: check,
          ImportExpression: check,
          ExportNamedDeclaration: check,
          ExportAllDeclaration: check,
        };
      },
    },
  },
};
