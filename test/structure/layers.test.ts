import { ESLint } from 'eslint';
import { join } from 'node:path';
import tseslint from 'typescript-eslint';
import { expect, it } from 'vitest';
// @ts-expect-error: the lint configuration is plain JavaScript.
import { layers } from '../../scripts/eslint-layers.mjs';

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
  ['src/turn/x.ts', `import '../base/errors.js'; import './deliver.js';`, []],
  ['src/base/text/x.ts', `import chalk from 'chalk';`, ['base may not import chalk']],
  ['src/base/text/x.ts', `await import('chalk');`, ['base may not import chalk']],
  ['src/chat/x.ts', `import 'node:fs';`, ['chat may not import node:fs']],
  ['src/chat/x.ts', `import 'http';`, ['chat may not import http']],
  ['src/turn/x.ts', `import '../account/account.js';`, ['turn may not import account']],
  ['src/base/text/x.ts', `export * from '../../store/files.js';`, ['base may not import store']],
  ['src/api/x.ts', `import '../store/files.js';`, ['api may not import store']],
  ['src/terminal/x.ts', `import 'conf';`, ['terminal may not import conf']],
  [
    'src/sandbox/faults/x.ts',
    `import '../../terminal/streams.js';`,
    ['sandbox may not import terminal'],
  ],
  ['src/commands/x.ts', `import './send.js';`, ['a command may not import another one']],
  ['src/commands/chat/x.ts', `import '../send.js';`, ['a command may not import another one']],
  ['src/commands/chat/x.ts', `import './ports.js'; import '../options/output.js';`, []],
  ['src/account/x.ts', `import '../commands/send.js';`, ['account may not import commands']],
  ['src/base/errors.ts', `import '../settings/settings.js';`, ['base may not import settings']],
  ['src/new-part/x.ts', `import '../base/errors.js';`, ['new-part may not import base']],
])('%s: %s', async (filePath, code, objections) => {
  const [result] = await eslint.lintText(code, { filePath: join(ROOT, filePath) });
  const expected = objections.map((objection) => `${objection}: see ARCHITECTURE.md`);
  expect(result?.messages.map(({ message }) => message)).toEqual(expected);
});
