import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  helpLines,
  parseInput,
  SLASH_COMMANDS,
  type ChatInput,
} from '../../src/chat/slash-commands.js';

describe('a line of the chat', () => {
  const command = (name: string, argument = '') => ({
    type: 'command',
    command: expect.objectContaining({ name }),
    argument,
  });
  const message = (text: string): ChatInput => ({ type: 'message', text });
  const unknown = (name: string, near?: string): ChatInput => ({
    type: 'unknown',
    name,
    nearest: near,
  });
  test.each<[string, object]>([
    ['hello', message('hello')],
    ['/help', command('help')],
    ['/help  ', command('help')],
    ['/new', command('new')],
    ['/new My  trip ', command('new', 'My  trip')],
    ['/new\tMy trip', command('new', 'My trip')],
    ['/new a\nb', message('/new a\nb')],
    ['/exit\nsecond', message('/exit\nsecond')],
    ['/takeover\nthe company', message('/takeover\nthe company')],
    ['/nonsense\nthat is pasted', message('/nonsense\nthat is pasted')],
    ['/edit one\ntwo', message('/edit one\ntwo')],
    ['// a comment\ncode', message('// a comment\ncode')],
    ['/exit\n', command('exit')],
    ['/info', command('info')],
    ['/exit now', command('exit', 'now')],
    ['//help', message('/help')],
    ['///', message('//')],
    ['/', message('/')],
    ['/ help', message('/ help')],
    [' /help', message(' /help')],
    ['/a/b', message('/a/b')],
    ['/usr/bin is a folder', message('/usr/bin is a folder')],
    ['/étage', message('/étage')],
    ['/hepl', unknown('hepl', 'help')],
    ['/exti', unknown('exti', 'exit')],
    ['/quit', command('exit')],
    ['/HELP', unknown('HELP')],
    ['/something', unknown('something')],
    ['/toString', unknown('toString')],
  ])('%j', (line, expected) => expect(parseInput(line)).toEqual(expected));

  const isEscaped = (line: string): boolean =>
    line.startsWith('//') && !line.trimEnd().includes('\n');

  test('of several lines is a command where a key made it one', () => {
    expect(parseInput('/edit one\ntwo', true)).toEqual(command('edit', 'one\ntwo'));
  });

  test('never fails, and never loses a message', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (line) => {
        const input = parseInput(line);
        if (input.type === 'message')
          expect(isEscaped(line) ? `/${input.text}` : input.text).toBe(line);
        else expect(line).toMatch(/^\/[\w-]/);
      }),
    );
  });

  test('help', () => {
    expect(helpLines().map((line) => line.split(' ', 1)[0])).toEqual(
      SLASH_COMMANDS.map(({ name }) => `/${name}`),
    );
    expect(helpLines()[0]).toBe('/new [title]       start a new conversation');
  });
});
