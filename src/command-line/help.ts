import { Help, type Command as Parser } from 'commander';
import { optionOf, type ShownFlag } from './parser.js';

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
