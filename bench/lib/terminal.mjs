// Samplers of the chat in a pseudo-terminal.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { BARE_NODE, BARE_STREAM, telnyxChat } from './programs.mjs';

const CHAT = telnyxChat('--format', 'markdown');
const ENTRIES = 2000;
/** In a reply of the server: each is a word, the time at which it was written in nanoseconds. */
const DELTAS = 5;
const WRITTEN_AT = /\b\d{12,}\b/g;

/** @typedef {import('./samplers.mjs').Sampler} Sampler */

/** Milliseconds from start to the prompt. @type {Sampler} */
export async function timeToPrompt(world) {
  const started = process.hrtime.bigint();
  const chat = openChat(CHAT, world);
  await chat.prompts(1);
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  await chat.leave();
  return ms;
}

/** Milliseconds from start to exit of bare Node, in a pseudo-terminal as well. @type {Sampler} */
export async function bareNodeInTerminal(world) {
  const started = process.hrtime.bigint();
  await openChat(BARE_NODE, world).exit;
  return Number(process.hrtime.bigint() - started) / 1e6;
}

/** The middle one of some milliseconds from a key to its echo. @type {Sampler} */
export async function keyToEcho(world) {
  const chat = openChat(CHAT, world);
  await chat.prompts(1);
  await chat.shows('assistant: Bench');
  const times = [];
  for (const key of 'the quick brown fox jumps over') times.push(await chat.echo(key));
  await chat.leave();
  return middle(times);
}

/** The middle one of some milliseconds from the server's delta to its word on the screen. @type {Sampler} */
export async function deltaToScreen(world) {
  const chat = openChat(CHAT, world);
  await chat.prompts(1);
  await chat.shows('assistant: Bench');
  chat.type('hello\r');
  await chat.hasShown(DELTAS);
  const delay = chat.delay();
  await chat.leave();
  return delay;
}

/** The same for a program that only passes on what it gets: the terminal's own time. @type {Sampler} */
export async function bareDeltaToScreen(world) {
  const program = openChat(BARE_STREAM, world);
  await program.hasShown(DELTAS);
  const delay = program.delay();
  await program.exit;
  return delay;
}

/** By how many MiB a chat's memory grows from its 10th to its 1,000th turn. @type {Sampler} */
export async function growthOverTurns(world) {
  const chat = openChat(CHAT, world);
  await chat.prompts(1);
  let early = 0;
  for (let turn = 1; turn <= 1000; turn++) {
    chat.type(`at-once-${turn}\r`);
    // One word: words are printed one by one.
    await chat.shows(`said:at-once-${turn}\r`);
    await chat.isReady();
    if (turn === 10) early = residentMemory(chat.pid);
  }
  const late = residentMemory(chat.pid);
  await chat.leave();
  return late - early;
}

/** Puts a history of 2,000 messages into a world, as a long-time user has it. */
export function withHistory(sampler) {
  return (world) => {
    const folder = join(world.home, '.local/state/telnyx-chat');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lines = Array.from({ length: ENTRIES }, (_, index) => JSON.stringify(`message ${index}`));
    writeFileSync(join(folder, 'input-history.jsonl'), `${lines.join('\n')}\n`, { mode: 0o600 });
    return sampler(world);
  };
}

const middle = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];

/** The rows of the window. */
function textOf({ rows, buffer: { active } }) {
  const line = (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? '';
  return Array.from({ length: rows }, line).join('\n');
}

/** MiB. */
function residentMemory(pid) {
  const [, kib] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}

function openChat(program, world) {
  const { home, env } = world;
  const child = spawn(process.execPath, program(world), {
    name: 'xterm-256color',
    ...{ cols: 80, rows: 24, cwd: home },
    env: { ...env, TERM: 'xterm-256color' },
  });
  let output = '';
  let onOutput = () => {};
  const screen = new xterm.Terminal({ cols: 80, rows: 24, allowProposedApi: true });
  const delays = new Map();
  const noteDelays = () => {
    const now = process.hrtime.bigint();
    for (const [written] of textOf(screen).matchAll(WRITTEN_AT))
      if (!delays.has(written)) delays.set(written, Number(now - BigInt(written)) / 1e6);
    onOutput();
  };
  child.onData((data) => {
    // Without colours, which stand within the prompt.
    output = (output + data.replace(/\x1b\[[\d;]*m/g, '')).slice(-20_000);
    onOutput();
    screen.write(data, noteDelays);
  });
  const exit = new Promise((resolve) => child.onExit(resolve));
  const until = (isTrue) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`in vain:\n${output}`)), 20_000);
      onOutput = () => {
        if (!isTrue()) return;
        clearTimeout(late);
        onOutput = () => {};
        resolve();
      };
      onOutput();
    });
  return {
    pid: child.pid,
    exit,
    type: (text) => child.write(text),
    shows: (text) => until(() => output.includes(text)),
    prompts: (count) => until(() => output.split('> ').length > count),
    /** The reply is over: an empty prompt stands at the end. */
    isReady: () => until(() => /> [^\n>]*$/.test(output)),
    hasShown: (count) => until(() => delays.size >= count),
    delay: () => middle([...delays.values()]),
    echo(key) {
      const before = output.length;
      const started = process.hrtime.bigint();
      child.write(key);
      return until(() => output.length !== before).then(
        () => Number(process.hrtime.bigint() - started) / 1e6,
      );
    },
    leave() {
      // Ctrl-U first: on text, Ctrl-D deletes.
      child.write('\x15\x04');
      return exit;
    },
  };
}
