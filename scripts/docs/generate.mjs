// Writes the generated parts of the documentation into their marked places.
// `--check` changes nothing and fails when one is stale.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { typesOf } from '../library.mjs';
import { documentationParts } from './parts.mjs';
import { programFacts } from './facts.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const isCheck = process.argv.includes('--check');
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const facts = await programFacts(root, version);
const parts = documentationParts({ ...facts, libraryTypes: typesOf(root) });

const PART = /(<!-- generated: ([\w-]+) ?([\w -]*?) -->\n)[^]*?(<!-- end -->)/g;

function filled(text, page) {
  return text.replace(PART, (_, start, name, argument, end) => {
    if (!parts[name]) throw new Error(`${page}: there is no generated part ${name}`);
    return `${start}\n${parts[name](argument)}\n\n${end}`;
  });
}

const folder = join(root, 'docs');
const names = (await readdir(folder)).filter((name) => name.endsWith('.md'));
const pages = [join(root, 'README.md'), ...names.map((name) => join(folder, name))];
const stale = [];
for (const page of pages) {
  const before = await readFile(page, 'utf8');
  const style = await resolveConfig(page);
  const after = await format(filled(before, page), { ...style, parser: 'markdown' });
  if (after === before) continue;
  stale.push(page);
  if (!isCheck) await writeFile(page, after);
}
if (isCheck && stale.length > 0) {
  console.error(`stale: ${stale.join(', ')}\nrun npm run docs`);
  process.exitCode = 1;
}
