// Which part of src/ may import which, and which packages: everything that is not listed is an error.
import { builtinModules } from 'node:module';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = fileURLToPath(new URL('src', import.meta.url));
const ANY_NODE = 'node:*';

/**
 * Arrows go one way: entry → main → program → register → commands → session → adapters → core → errors.
 * `own`: further parts of src/; each may import itself. `packages`: from npm and from Node.
 */
const LAYERS = {
  errors: { own: [], packages: [] },
  version: { own: [], packages: [] },
  'end-of-round': { own: [], packages: [] },
  core: { own: ['errors'], packages: [] },
  api: {
    own: ['core', 'end-of-round', 'errors', 'version'],
    packages: [ANY_NODE, 'eventsource-parser', 'https-proxy-agent', 'valibot'],
  },
  store: { own: ['core', 'errors'], packages: [ANY_NODE, 'conf', 'dotenv', 'valibot'] },
  terminal: {
    own: ['core', 'errors', 'context'],
    packages: [ANY_NODE, '@inquirer/prompts', 'chalk', 'get-east-asian-width', 'ora'],
  },
  sandbox: { own: ['core', 'errors', 'version'], packages: [ANY_NODE, 'valibot'] },
  relay: {
    own: ['core', 'end-of-round', 'errors', 'version'],
    packages: [ANY_NODE, 'ioredis', 'pino', 'prom-client'],
  },
  context: { own: ['core', 'errors'], packages: [ANY_NODE] },
  library: { own: ['api', 'core', 'errors', 'context'], packages: [ANY_NODE] },
  session: {
    own: ['api', 'store', 'sandbox', 'core', 'errors', 'context'],
    packages: [],
  },
  commands: {
    own: ['session', 'api', 'store', 'terminal', 'sandbox', 'relay', 'core', 'errors', 'context'],
    packages: [],
  },
  register: {
    own: ['commands', 'session', 'core', 'errors', 'context', 'version'],
    packages: ['commander'],
  },
  program: { own: ['register', 'core', 'errors', 'context'], packages: ['commander'] },
  main: { own: ['program', 'core', 'errors', 'context'], packages: [] },
  entry: { own: ['main', 'context'], packages: [] },
};

/** Files beside the folders that belong to a layer of another name. */
const MEMBERS = {
  'random-id': 'context',
  clock: 'context',
  write: 'context',
  'small-memory': 'context',
  'one-core': 'context',
  configuration: 'session',
  'log-in': 'session',
  talk: 'session',
  asking: 'session',
  'debug-lines': 'session',
  'account-candidates': 'session',
  usage: 'program',
};

/** One file alone may import it. */
const ALONE = {
  conf: 'store/config-store.ts',
  dotenv: 'store/dotenv.ts',
};

function layerOf(path) {
  const [first, second] = path.split('/');
  if (first === 'commands' && second === 'register') return 'register';
  const name = first.replace(/\.[jt]s$/, '');
  return MEMBERS[name] ?? name;
}

/** Files of commands/ that several commands use. */
const SHARED = /^(options|metadata-pairs|conversation-(choice|lookup))\./;

/** The command that a file is part of; undefined for what all commands share. */
function commandOf(path) {
  const [first, second = ''] = path.split('/');
  if (first !== 'commands' || second === 'register' || SHARED.test(second)) return undefined;
  return second.replace(/\.[jt]s$/, '');
}

const isNode = (name) => name.startsWith('node:') || builtinModules.includes(name);

/** Why the file may not import this; undefined when it may. */
function objection(file, source) {
  const layer = layerOf(file);
  const { own, packages } = LAYERS[layer] ?? { own: [], packages: [] };
  if (!source.startsWith('.')) {
    const alone = ALONE[source];
    if (alone !== undefined && alone !== file) return `only ${alone} may import ${source}`;
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
