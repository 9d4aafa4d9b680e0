import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { compact, InputHistory } from '../../src/store/input-history.js';

let directory: string;
let file: string;
let warnings: string[];
let told: string[];

beforeEach(() => {
  directory = join(fs.mkdtempSync(join(tmpdir(), 'input-history-')), 'state');
  file = join(directory, 'input-history.jsonl');
  warnings = [];
  told = [];
});

const open = (limit?: number): InputHistory =>
  new InputHistory({
    directory: () => directory,
    limit,
    guard: {
      platform: process.platform,
      uid: process.geteuid?.(),
      warn: (line) => told.push(line),
    },
    onWarning: (message) => warnings.push(message),
  });

function write(content: string, mode = 0o600): void {
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(file, content);
  fs.chmodSync(file, mode);
}

const modeOf = (path: string): number => fs.statSync(path).mode & 0o777;
const lines = (): string[] => fs.readFileSync(file, 'utf8').trimEnd().split('\n');

describe('the input history', () => {
  it('is there in the next run, newlines and all', () => {
    const history = open();
    expect(history.entries()).toEqual([]);
    history.add('one\ntwo');
    history.add('日本');
    expect(history.entries()).toEqual(['one\ntwo', '日本']);
    expect(open().entries()).toEqual(['one\ntwo', '日本']);
  });

  it('is its owner’s alone', () => {
    open().add('secret');
    expect(modeOf(directory)).toBe(0o700);
    expect(modeOf(file)).toBe(0o600);
  });

  it('takes away rights that others have to an old file and its folder, and says so', () => {
    write('"old"\n', 0o644);
    fs.chmodSync(directory, 0o755);
    expect(open().entries()).toEqual(['old']);
    expect([modeOf(directory), modeOf(file)]).toEqual([0o700, 0o600]);
    expect(told).toEqual([
      `${directory} was accessible to other users (755); it is now private (700)`,
      `${file} was accessible to other users (644); it is now private (600)`,
    ]);
    expect(open().entries()).toEqual(['old']);
    expect([told.length, warnings]).toEqual([2, []]);
  });

  it('leaves out text with a leading space and what was sent just before', () => {
    const history = open();
    for (const text of ['a', 'a', ' secret', 'b', 'a', '']) history.add(text);
    expect(history.entries()).toEqual(['a', 'b', 'a']);
    expect(lines()).toEqual(['"a"', '"b"', '"a"']);
  });

  it('passes over lines that are torn or not ours, and writes none into them', () => {
    write('"good"\n{"not":"ours"}\n\n"torn');
    const history = open();
    expect(history.entries()).toEqual(['good']);
    history.add('new');
    expect(open().entries()).toEqual(['good', 'new']);
  });

  it('keeps what two chats add at once', () => {
    const [one, two] = [open(), open()];
    for (let index = 0; index < 50; index++) {
      one.add(`one ${index}`);
      two.add(`two ${index}`);
    }
    expect(open().entries()).toHaveLength(100);
    expect(one.entries()).toHaveLength(50);
  });

  it('is bounded, in memory and in the file', () => {
    const history = open(10);
    for (let index = 0; index < 25; index++) history.add(`entry ${index}`);
    expect(history.entries()).toHaveLength(10);
    expect(open(10).entries()).toEqual(Array.from({ length: 10 }, (_, at) => `entry ${at + 15}`));
    expect(lines()).toHaveLength(10);
    expect(modeOf(file)).toBe(0o600);
    expect(fs.readdirSync(directory)).toEqual(['input-history.jsonl']);
  });

  it('works on when it can not be made shorter', () => {
    write(Array.from({ length: 20 }, (_, index) => `"${index}"\n`).join(''));
    fs.mkdirSync(`${file}.tmp`);
    const history = open(10);
    history.add('new');
    expect(history.entries().slice(-2)).toEqual(['19', 'new']);
    expect(lines()).toHaveLength(21);
    expect(warnings).toEqual([]);
  });

  it('remembers very long text for the chat, but does not write it', () => {
    const history = open();
    history.add('x'.repeat(100_000));
    expect(history.entries()).toHaveLength(1);
    expect(fs.existsSync(file)).toBe(false);
  });

  it('warns once when it can not be written, and goes on in memory', () => {
    fs.writeFileSync(directory, 'a file where the directory should be');
    const history = open();
    history.add('one');
    history.add('two');
    expect(history.entries()).toEqual(['one', 'two']);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('input history is not saved');
  });

  it('warns once when it can not be read', () => {
    fs.mkdirSync(file, { recursive: true });
    const history = open();
    expect(history.entries()).toEqual([]);
    history.add('one');
    expect(warnings).toHaveLength(1);
  });
});

describe('compacting', () => {
  it('leaves the work to another process that is at it, but not to one that died', () => {
    write('1\n2\n3\n');
    fs.writeFileSync(`${file}.lock`, '');
    compact(file, 2);
    expect(lines()).toEqual(['1', '2', '3']);
    const longAgo = new Date(fs.statSync(file).mtimeMs - 120_000);
    fs.utimesSync(`${file}.lock`, longAgo, longAgo);
    fs.writeFileSync(`${file}.tmp`, 'left over');
    compact(file, 2);
    compact(file, 2);
    expect(lines()).toEqual(['2', '3']);
  });
});
