import tseslint from 'typescript-eslint';

/** Libraries that belong to one folder (or file) alone; the message says which. */
const LIBRARY_HOMES = [
  { name: 'commander', home: ['src/program.ts', 'src/commands/register/*'] },
  { name: 'conf', home: ['src/store/config-store.ts'] },
  { name: 'dotenv', home: ['src/store/*'] },
  { name: 'eventsource-parser', home: ['src/api/*'] },
  { name: 'https-proxy-agent', home: ['src/api/*'] },
  { name: 'valibot', home: ['src/api/*', 'src/store/*', 'src/relay/*', 'src/sandbox/*'] },
  { name: 'chalk', home: ['src/terminal/**'] },
  { name: 'ora', home: ['src/terminal/**'] },
  { name: '@inquirer/prompts', home: ['src/terminal/**'] },
  { name: 'node:readline', home: ['src/terminal/**'] },
  { name: 'node:http', home: ['src/api/*', 'src/relay/*', 'src/sandbox/*'] },
  { name: 'node:https', home: ['src/api/*'] },
];

/** Which folders each folder may not import. Arrows go: commands → session → adapters → core → errors. */
const ADAPTERS = ['api', 'store', 'terminal', 'relay', 'sandbox'];
const TOP = ['main.js', 'program.js', 'session.js', 'context.js'];
const LAYERS = [
  { files: ['src/core/**'], closed: [...ADAPTERS, 'commands', ...TOP] },
  ...ADAPTERS.map((adapter) => ({
    files: [`src/${adapter}/**`],
    closed: [
      ...ADAPTERS.filter((other) => other !== adapter),
      'commands',
      'main.js',
      'program.js',
      'session.js',
    ],
  })),
  { files: ['src/commands/**'], closed: ['main.js', 'program.js'], siblings: true },
  { files: ['src/session.ts'], closed: ['main.js', 'program.js', 'commands'] },
];

function layerPatterns({ closed, siblings }, glob = '') {
  const patterns = closed.map((name) => ({
    regex: name.endsWith('.js')
      ? `^\\.{1,2}/(?:.*/)?${name.replace('.', '\\.')}$`
      : `^\\.{1,2}/(?:.*/)?${name}/`,
    message: `This layer may not import ${name}: see ARCHITECTURE.md.`,
  }));
  if (siblings && !glob.startsWith('src/commands/chat/')) {
    patterns.push({
      regex: '^\\./(?!(?:options|flags|entry)\\.js$)[^/]*$',
      message: 'Commands do not import commands (the shared options.js and flags.js aside).',
    });
  }
  return patterns;
}

const foreignLibraries = (files) =>
  LIBRARY_HOMES.filter(({ home }) => !home.some((place) => files.includes(place))).map(
    ({ name, home }) => ({
      name,
      message: `Only ${home.join(', ')} may import it: see ARCHITECTURE.md.`,
    }),
  );

const ALL_GLOBS = [
  { glob: 'src/*.ts', homes: ['src/program.ts'] },
  { glob: 'src/core/**/*.ts', homes: [] },
  { glob: 'src/api/**/*.ts', homes: ['src/api/*'] },
  { glob: 'src/store/**/*.ts', homes: ['src/store/*', 'src/store/config-store.ts'] },
  { glob: 'src/terminal/**/*.ts', homes: ['src/terminal/**'] },
  { glob: 'src/relay/**/*.ts', homes: ['src/relay/*'] },
  { glob: 'src/sandbox/**/*.ts', homes: ['src/sandbox/*'] },
  { glob: 'src/commands/*.ts', homes: [] },
  { glob: 'src/commands/chat/*.ts', homes: [] },
  { glob: 'src/commands/register/*.ts', homes: ['src/commands/register/*'] },
];

const importRules = ALL_GLOBS.map(({ glob, homes }) => {
  const layer = LAYERS.find(({ files }) =>
    files.some((file) => glob.startsWith(file.replace('**', ''))),
  );
  return {
    files: [glob],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: foreignLibraries(homes), patterns: layer ? layerPatterns(layer, glob) : [] },
      ],
    },
  };
});

const session = LAYERS.find(({ files }) => files.includes('src/session.ts'));

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/', 'test-results/'] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({
    ...config,
    files: ['**/*.ts', '**/*.mts'],
  })),
  {
    files: ['**/*.ts', '**/*.mts'],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      'max-lines': ['error', { max: 200, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
    },
  },
  ...importRules,
  {
    files: ['src/session.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: foreignLibraries([]), patterns: layerPatterns(session) },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/context.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'Use the Context.' },
        { name: 'console', message: 'Use the Context.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Use the clock of the Context.' },
        { object: 'performance', property: 'now', message: 'Use the clock of the Context.' },
      ],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      'max-lines': 'off',
    },
  },
);
