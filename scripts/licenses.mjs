// The licence text of every package that esbuild put into the bundle.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)\//g;

/** Folders of the bundled packages, relative to the root, from esbuild's metafile. */
function bundledPackages(metafile) {
  const folders = new Set();
  for (const output of Object.values(metafile.outputs)) {
    for (const input of Object.keys(output.inputs)) {
      const last = [...input.matchAll(PACKAGE)].at(-1);
      const folder = last && input.slice(0, last.index + last[0].length - 1);
      // What is carried as text has the name of its kind before its path.
      if (folder) folders.add(folder.replace(/^raw-text:/, ''));
    }
  }
  return [...folders].sort();
}

async function licenseOf(folder) {
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  );
  const file = (await readdir(folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file ? await readFile(join(folder, file), 'utf8') : `Licence: ${license}\n`;
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}

export async function thirdPartyLicenses(root, metafile) {
  const texts = await Promise.all(
    bundledPackages(metafile).map((folder) => licenseOf(join(root, folder))),
  );
  const rule = `\n${'-'.repeat(80)}\n\n`;
  return `The files in this folder contain these packages:\n${rule}${texts.join(rule)}`;
}
