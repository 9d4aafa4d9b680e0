import { describe, expect, it } from 'vitest';
import { account } from '../helpers/account.js';
import { builtProgram } from '../helpers/built-program.js';
import { openChat } from '../helpers/chat.js';
import { TerminalSession } from '../helpers/terminal.js';

const SIZES = [
  [80, 24],
  [40, 12],
] as const;

const ASK = 'what is the weather in Paris?';

/** What the window shows, without the empty lines between turns. */
const shown = (terminal: TerminalSession): string[] =>
  terminal.rows().flatMap((row) => (row.trim() === '' ? [] : [row.trimEnd()]));

describe.each(SIZES)('tool calls at %i×%i', (...size) => {
  it('stand under their reply, cut to the window, and whole with /trace', async () => {
    const { terminal, say } = await openChat({ size, argv: [] });
    await terminal.shows('greeting:');
    await say(ASK, /→ .*\n+>$/);
    const [call = '', prompt] = shown(terminal).slice(-2);
    const whole =
      'get_weather {"city":"Paris"} → {"city":"Paris","conditions":"sunny","degrees_c":21,"source":"made up by the sandbox"}';
    expect([call, prompt]).toEqual([`${whole.slice(0, size[0] - 1)}…`, '>']);
    expect(terminal.output).toContain(`\x1b[38;5;243m${call}\x1b[39m`);
    await say('hello', /> hello\n+Hello![^]*\n>$/);
    await say('/trace', 'the last turn called no tools');
    await say('/trace 2', /"source": "made up by the sandbox"\n.*\}\n+>$/);
    expect(shown(terminal).slice(-10)).toEqual(
      [
        '> /trace 2',
        'call get_weather: {',
        '    "city": "Paris"',
        '  }',
        'result: {',
        '    "city": "Paris",',
        '    "conditions": "sunny",',
        '    "degrees_c": 21,',
        '    "source": "made up by the sandbox"',
        '  }',
        '>',
      ].slice(-10),
    );
  });

  it('are not shown with --no-trace', async () => {
    const { terminal, say } = await openChat({ size, argv: ['--no-trace'] });
    await terminal.shows('greeting:');
    await say(ASK, /that\s+up\.\n+>$/);
    expect(shown(terminal).at(-2)).toMatch(/up\.$/);
  });

  it('have a plain arrow for a screen reader', async () => {
    const { terminal, say } = await openChat({ size, argv: ['-q', '--trace', '--screen-reader'] });
    await say(ASK, /get_weather \{"city":"Paris"\} -> \{.*…\n+>$/);
    expect(terminal.text()).not.toContain('→');
  });

  it('are printed by send on stderr when asked for', async () => {
    const { env } = await account();
    const [columns, rows] = size;
    const terminal = new TerminalSession(['send', '--trace', ASK], { columns, rows, env });
    expect(await terminal.exit).toBe(0);
    const lines = shown(terminal);
    expect(lines.find((line) => line.startsWith('get_weather'))).toMatch(/→ \{.*…$/);
    expect(lines.findIndex((line) => line.startsWith('get_weather'))).toBeLessThan(
      lines.findIndex((line) => line.startsWith('conversation:')),
    );
  });
});

it('send prints whole lines into a pipe, a screen window away from stdout', async () => {
  const { env } = await account();
  const { stdout, stderr } = await builtProgram(['send', '--trace', ASK], { env });
  expect(stdout).toMatch(/^The get_weather tool says .*\n$/);
  expect(stderr).toBe(
    'get_weather {"city":"Paris"} → {"city":"Paris","conditions":"sunny","degrees_c":21,"source":"made up by the sandbox"}\n',
  );
});
