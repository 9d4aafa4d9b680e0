import { Help, type Command as Parser } from 'commander';
import { optionOf, type ShownFlag } from './parser.js';

/**
 * The pages of docs/ by the names that `help` shows them under: a page's own, with `-guide` where a command has
 * that name.
 */
export const GUIDES: Readonly<Record<string, string>> = {
  'chat-guide': 'keys, commands, how replies look, accessibility',
  scripts: 'one turn from a script, JSON, exit codes',
  'conversations-guide': "every channel's threads; take over from the assistant",
  testing: 'conversations as tests, on a laptop and in CI',
  settings: 'keys, profiles, variables, Tab in your shell',
  delivery: 'why a turn is neither doubled nor lost',
  relay: 'the chat over HTTP',
  deploy: 'the relay in production, several replicas',
  'sandbox-guide': 'the API on your own machine, with faults',
  library: 'the client for your own program',
  benchmarks: 'how fast it is, and how that is measured',
  troubleshooting: 'what you see, and what to do',
};

/** The page of a guide: `chat` of `chat-guide`. */
export function pageOf(guide: string): string {
  return guide.replace(/-guide$/, '');
}

/** The guide that a word names, with `-guide` or without; a command of that name comes first. */
export function guideNamed(word: string): string | undefined {
  return Object.keys(GUIDES).find((guide) => pageOf(guide) === pageOf(word));
}

/** Narrower columns are not worth their gap. */
const MIN_COLUMN = 24;
const BELOW = 6;

/** Descriptions beside their terms; in a narrow window below them. */
export const HELP_LAYOUT: Partial<Help> = {
  minWidthToWrap: MIN_COLUMN,
  formatItem(term, termWidth, description, helper) {
    const width = helper.helpWidth ?? Infinity;
    if (width - termWidth - BELOW >= MIN_COLUMN || description === '')
      return Help.prototype.formatItem.call(helper, term, termWidth, description, helper);
    const lines = helper.boxWrap(description, width - BELOW).split('\n');
    return [`  ${term}`, ...lines.map((line) => ' '.repeat(BELOW) + line)].join('\n');
  },
};

/** A part of help: what can be typed, and what it does. */
export type HelpItem = readonly [term: string, description: string];

/** An option as help shows it. */
export function optionItem(parser: Parser, flag: ShownFlag): HelpItem {
  const option = optionOf(parser, flag);
  const helper = parser.createHelp();
  return [helper.optionTerm(option), helper.optionDescription(option)];
}

/** A list in the layout of the parser's help. */
export function helpPart(
  heading: string,
  items: readonly HelpItem[],
  { parser, helpWidth }: { parser: Parser; helpWidth: number },
): string {
  const helper = parser.createHelp();
  helper.prepareContext({ helpWidth });
  const termWidth = Math.max(...items.map(([term]) => term.length));
  const lines = items.map(([term, description]) =>
    helper.formatItem(term, termWidth, description, helper),
  );
  return [heading, ...lines].join('\n');
}
