import { describe, expect, it } from 'vitest';
import { defineCommand, type CommandEntry } from '../../src/command-line/command.js';
import { text, toggle } from '../../src/command-line/flag.js';
import { commandFirst } from '../../src/command-line/parser.js';

const run = (): Promise<void> => Promise.resolve();
const leaf = defineCommand({ flags: {}, run });
const FLAGS = [
  text('-a, --assistant <id>', '', { alias: '--agent <id>' }),
  toggle('-q, --quiet', ''),
  toggle('-v, --verbose', ''),
  toggle('--json', ''),
];
const entry = (usage: string, load: CommandEntry['load'] = () => leaf): CommandEntry => ({
  ...{ usage, summary: '', load },
});
const ENTRIES = [
  entry('chat'),
  entry('send [message...]'),
  entry('list', () => ({ description: '', commands: [entry('show <id>'), entry('all')] })),
];

const CASES: [given: string, ordered: string][] = [
  ['send hi', 'send hi'],
  ['-a x send hi', 'send -a x hi'],
  ['-a send send hi', 'send -a send hi'],
  ['-asend send hi', 'send -asend hi'],
  ['--assistant=send send hi', 'send --assistant=send hi'],
  ['--assistant send send', 'send --assistant send'],
  ['--agent send send', 'send --agent send'],
  ['-qv send', 'send -qv'],
  ['-qa send send', 'send -qa send'],
  ['--json -a x send -a y', 'send --json -a x -a y'],
  ['--json list show 5', 'list show --json 5'],
  ['list --json show 5', 'list show --json 5'],
  ['-q list --json all', 'list all -q --json'],
  ['--json send -- --quiet', 'send --json -- --quiet'],
  ['--json -- send', '--json -- send'],
  ['-a x', '-a x'],
  ['-a', '-a'],
  ['', ''],
  ['list --json', 'list --json'],
  ['-V send', 'send -V'],
  ['--help list show', 'list show --help'],
  ['--version extra', '--version extra'],
  ['--json help send', 'help send'],
  ['list --json help show', 'list help show'],
  ['--help help send', 'help send'],
  // Options of other commands: a word behind them is a value, unless it is a command.
  ['--port 80 send', 'send --port 80'],
  ['--wait send', 'send --wait'],
  ['--port -q send', 'send --port -q'],
  // What is no command comes first as well, to be named in the error.
  ['--json hello there', 'hello --json there'],
  ['list --json nothing', 'list nothing --json'],
];

describe('options before the name of a command', () => {
  it.each(CASES)('`%s` is read as `%s`', async (given, ordered) => {
    const words = given.split(' ').filter((word) => word !== '');
    expect((await commandFirst(words, ENTRIES, FLAGS)).join(' ')).toBe(ordered);
  });

  it('loads no command that is not named', async () => {
    const never = (): never => {
      throw new Error('loaded');
    };
    const entries = [entry('chat', never), entry('send'), entry('other', never)];
    expect(await commandFirst(['send', 'other'], entries, FLAGS)).toEqual(['send', 'other']);
  });
});
