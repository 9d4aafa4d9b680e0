// The built program in a real pseudo-terminal, read by a terminal emulator.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

const BIN = fileURLToPath(new URL('../../bin/telnyx-chat.js', import.meta.url));
const IN_VAIN_MS = 10_000;

/** @typedef {import('@xterm/headless').IBuffer} Buffer */
/** @typedef {{ type: string, shows: RegExp }} Step What to type, and how the screen's end looks then. */

/**
 * Plays a session to its end, with a home and an environment of its own.
 *
 * @param {string[]} args
 * @param {{ columns: number, rows: number, begins: RegExp, steps: readonly Step[] }} session
 * @returns {Promise<Buffer>} the screen it leaves, scrollback and all
 */
export async function played(args, { columns, rows, begins, steps }) {
  const home = mkdtempSync(join(tmpdir(), 'telnyx-chat-'));
  const screen = new xterm.Terminal({
    cols: columns,
    rows,
    scrollback: 1000,
    allowProposedApi: true,
  });
  const pty = spawn(process.execPath, [BIN, ...args], {
    name: 'xterm-256color',
    ...{ cols: columns, rows, cwd: home },
    env: { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8', TERM: 'xterm-256color' },
  });
  screen.onData((answer) => pty.write(answer));
  let onChange = () => {};
  pty.onData((data) => screen.write(data, () => onChange()));
  const exit = new Promise((resolve) => pty.onExit(resolve));
  const shows = (pattern) =>
    new Promise((resolve, reject) => {
      const giveUp = () =>
        reject(new Error(`in vain: ${pattern}\n${textOf(screen.buffer.active)}`));
      const late = setTimeout(giveUp, IN_VAIN_MS);
      onChange = () => {
        if (!pattern.test(textOf(screen.buffer.active))) return;
        clearTimeout(late);
        resolve();
      };
      onChange();
    });
  try {
    await shows(begins);
    for (const step of steps) {
      pty.write(step.type);
      await shows(step.shows);
    }
    await exit;
    await new Promise((resolve) => screen.write('', resolve));
    return screen.buffer.active;
  } finally {
    pty.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** @param {Buffer} buffer */
function textOf(buffer) {
  const rows = Array.from({ length: buffer.length }, (_, row) => buffer.getLine(row));
  return rows
    .map((row) => row.translateToString(true).trimEnd())
    .join('\n')
    .trimEnd();
}
