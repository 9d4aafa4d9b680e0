import type { Command as Parser } from 'commander';
import type { GroupValues } from '../../command-line/command.js';
import { toggle, type Flag } from '../../command-line/flag.js';
import { GUIDES, helpPart, optionItem, type HelpItem } from '../../command-line/help.js';
import type { ShownFlag } from '../../command-line/parser.js';
import type { Context } from '../../process/context.js';
import { APPEARANCE, TURN_OUTPUT, AS_IT_IS, proseOn } from './output.js';
import { CONVERSATION, TRACE, TURN_TARGET } from './target.js';

/** The flags of a chat, which the program's own help shows too, without loading a chat. */
export const CHAT_FLAGS = {
  target: { ...TURN_TARGET, trace: TRACE },
  output: TURN_OUTPUT,
  conversation: CONVERSATION,
  appearance: APPEARANCE,
  ending: { temporary: toggle('--temporary', 'delete the conversation when the chat ends') },
  piped: { keepsGoing: toggle('--keep-going', 'with piped lines: continue after a failed turn') },
};

export type ChatValues = GroupValues<typeof CHAT_FLAGS>;

const HELP_WORDS: readonly string[] = ['help', '-h', '--help'];

const EXAMPLES: readonly HelpItem[] = [
  ['telnyx-chat --sandbox', 'try it, without an account'],
  ['telnyx-chat send "When do you open?"', 'one message and its reply'],
  ['git diff | telnyx-chat send "Explain this:" -', 'with the output of a program'],
];

export function asksForHelp(words: readonly string[]): boolean {
  return words.some((word) => HELP_WORDS.includes(word));
}

/** The flags of a chat, which is what the program is without a command. */
export function chatFlags(): ShownFlag[] {
  return Object.values(CHAT_FLAGS)
    .flatMap((group) => Object.values<Flag<unknown>>(group))
    .flatMap((flag) => (flag.opposite ? [flag, flag.opposite] : [flag]));
}

/** The parts of the program's help besides the commands. */
export function helpParts(parser: Parser, helpWidth: number): string[] {
  const options = chatFlags().map((flag) => optionItem(parser, flag));
  return [
    helpPart('Options of a chat:', options, { parser, helpWidth }),
    helpPart('Guides, shown by telnyx-chat help <guide>:', Object.entries(GUIDES), {
      ...{ parser, helpWidth },
    }),
    helpPart('Examples:', EXAMPLES, { parser, helpWidth }),
  ];
}

interface HelpLayout {
  width: number;
  /** For the lines that are not in columns. */
  wrap: (text: string) => string;
}

/** Where there is no window. */
export const AS_PIPED: HelpLayout = { width: 80, wrap: (text) => text };

/** How help looks in the window; it is asked for settings only when there is help to print. */
export async function helpLayout(words: readonly string[], context: Context): Promise<HelpLayout> {
  if (!asksForHelp(words) || !context.stdout.isTTY) return AS_PIPED;
  const prose = await proseOn(context.stdout, { wrap: !words.includes('--no-wrap') }, context);
  if (prose === AS_IT_IS) return { ...AS_PIPED, width: Infinity };
  const wrap = (text: string): string => text.replaceAll(/^\S.*$/gm, (line) => prose(line));
  return { width: context.stdout.columns ?? AS_PIPED.width, wrap };
}
