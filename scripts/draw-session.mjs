// Plays a session with the built program and draws the screen it leaves, for the README:
// session-light.svg and session-dark.svg, in docs/ or in the folder that is given.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PALETTES } from './drawing/palettes.mjs';
import { rowsOfRuns } from './drawing/runs.mjs';
import { svgOf } from './drawing/svg.mjs';
import { played } from './drawing/terminal.mjs';

const SESSION = {
  columns: 84,
  rows: 26,
  begins: /greeting: [^]+\n>$/,
  steps: [
    { type: 'My name is Ada.\r', shows: /Nice to meet you, Ada\..*\n>$/ },
    { type: 'Show me some Markdown.\r', shows: /\nSunday .*\n>$/ },
    { type: 'What is the weather in Paris?\r', shows: /made that up\.\nget_weather .*\n+>$/ },
    { type: '/trace\r', shows: /"made up by the sandbox"\n.*\}\n>$/ },
    { type: 'What is my name?\r', shows: /Your name is Ada\.\n>$/ },
    { type: '\x04', shows: /\nconversation: [0-9a-f-]{36}$/ },
  ],
};
const TITLE = 'telnyx-chat --sandbox';
const DESCRIPTION =
  'A chat in a terminal. Ada tells her name, is shown Markdown, asks for the weather, which calls a ' +
  'tool that /trace shows, and asks for her name: the assistant still knows it.';

/** The id of a conversation is new each time; in the drawing it is always this one. */
const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
const DRAWN_UUID = '0b0c8a4e-9a51-4bb5-a0e4-1f6f5f2f6e1a';

const folder = process.argv[2] ?? fileURLToPath(new URL('../docs', import.meta.url));
const rows = rowsOfRuns(await played(['--sandbox'], SESSION)).map((runs) =>
  runs.map((run) => ({ ...run, text: run.text.replaceAll(UUID, DRAWN_UUID) })),
);
const window = { columns: SESSION.columns, title: TITLE, description: DESCRIPTION };
await mkdir(folder, { recursive: true });
for (const [name, palette] of Object.entries(PALETTES)) {
  await writeFile(join(folder, `session-${name}.svg`), svgOf(rows, { ...window, palette }));
}
