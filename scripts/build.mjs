// Bundles src/ into dist/: a file each for a start, a turn and a chat, and others that load when asked for.
//
// esbuild splits code for ES modules only, but an ES-module entry costs Node about 4 ms a start,
// which is more than `--version` may take over bare Node. So the chunks are made as ES modules and
// then rewritten, each as it stands, to CommonJS, where `import()` becomes a late `require()`.
import { build } from 'esbuild';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { programFacts } from './docs/facts.mjs';
import { leftOut } from './left-out.mjs';
import { libraryOf } from './library.mjs';
import { thirdPartyLicenses } from './licenses.mjs';
import { manualPage } from './manual/page.mjs';
import { rawText } from './raw-text.mjs';
import { withJoinedFiles } from './one-file.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const release = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const { version } = release;
const target = 'node20.12';
const define = { __VERSION__: JSON.stringify(version) };
/** Files of dist/ know their folder. */
const programDefine = { ...define, __DIST__: '__dirname' };

const bundle = await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  bundle: true,
  write: false,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target,
  // Of all that undici exports, the relay needs the HTTP/1.1 client alone.
  alias: { undici: './scripts/undici-client.mjs' },
  plugins: [leftOut, rawText],
  define: programDefine,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
/** By the file that each begins: what help needs, then a turn, then a chat. */
const ROOTS = {
  'entry.cjs': 'src/main.ts',
  'turn.cjs': 'src/commands/send.ts',
  'chat.cjs': 'src/commands/chat/interactive.ts',
};
const files = await withJoinedFiles(bundle, ROOTS, {
  target,
  minify: true,
  legalComments: 'none',
});
const library = await libraryOf(root, { target, define });
const outputs = { ...bundle.metafile.outputs, ...library.metafile.outputs };
files.set('THIRD-PARTY-LICENSES.txt', await thirdPartyLicenses(root, { outputs }));
const date = buildDate().toISOString().slice(0, 10);
const { reportSchema, ...facts } = await programFacts(root, version);
files.set('report.schema.json', `${JSON.stringify(reportSchema, null, 2)}\n`);
files.set('telnyx-chat.1', manualPage(facts, { ...release, date }));

await rm(dist, { recursive: true, force: true });
await mkdir(join(dist, 'library'), { recursive: true });
for (const [name, text] of files) await writeFile(join(dist, name), text);
for (const [name, text] of library.files) await writeFile(join(dist, 'library', name), text);

/** Now, or the time that builds which are to be equal are told. */
function buildDate() {
  const seconds = process.env.SOURCE_DATE_EPOCH;
  return seconds ? new Date(Number(seconds) * 1000) : new Date();
}
