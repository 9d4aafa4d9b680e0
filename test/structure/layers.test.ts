import { ESLint } from 'eslint';
import { join } from 'node:path';
import tseslint from 'typescript-eslint';
import { expect, it } from 'vitest';
// @ts-expect-error: the lint configuration is plain JavaScript.
import { layers } from '../../eslint-layers.mjs';

const ROOT = join(import.meta.dirname, '../..');

const eslint = new ESLint({
  cwd: ROOT,
  overrideConfigFile: true,
  overrideConfig: [
    {
      files: ['**/*.ts'],
      plugins: { layers },
      languageOptions: { parser: tseslint.parser },
      rules: { 'layers/imports': 'error' },
    },
  ],
});

it.each([
  ['src/core/x.ts', `import '../errors.js'; import './ids.js';`, []],
  ['src/core/x.ts', `import chalk from 'chalk';`, ['core may not import chalk']],
  ['src/core/x.ts', `await import('chalk');`, ['core may not import chalk']],
  ['src/core/chat/x.ts', `import 'node:fs';`, ['core may not import node:fs']],
  ['src/core/chat/x.ts', `import 'http';`, ['core may not import http']],
  ['src/core/x.ts', `import '../talk.js';`, ['core may not import session']],
  ['src/core/x.ts', `export * from '../store/files.js';`, ['core may not import store']],
  ['src/api/x.ts', `import '../store/files.js';`, ['api may not import store']],
  ['src/store/x.ts', `import 'conf';`, ['only store/config-store.ts may import conf']],
  [
    'src/sandbox/faults/x.ts',
    `import '../../terminal/streams.js';`,
    ['sandbox may not import terminal'],
  ],
  ['src/commands/x.ts', `import './send.js';`, ['a command may not import another one']],
  ['src/commands/chat/x.ts', `import '../send.js';`, ['a command may not import another one']],
  ['src/commands/chat/x.ts', `import './ports.js'; import '../options.js';`, []],
  ['src/commands/x.ts', `import './register/send.js';`, ['commands may not import register']],
  ['src/commands/x.ts', `import 'commander';`, ['commands may not import commander']],
  ['src/session.ts', `import './commands/send.js';`, ['session may not import commands']],
  ['src/errors.ts', `import './core/ids.js';`, ['errors may not import core']],
  ['src/new-part/x.ts', `import '../errors.js';`, ['new-part may not import errors']],
])('%s: %s', async (filePath, code, objections) => {
  const [result] = await eslint.lintText(code, { filePath: join(ROOT, filePath) });
  const expected = objections.map((objection) => `${objection}: see ARCHITECTURE.md`);
  expect(result?.messages.map(({ message }) => message)).toEqual(expected);
});
