import { wrapsWords } from '../account/sources.js';
import { AppError } from '../base/errors.js';
import { defineCommand } from '../command-line/command.js';
import { toggle } from '../command-line/flag.js';
import { guideNamed, pageOf } from '../command-line/guides.js';
import { readGuide } from '../store/guide-file.js';
import { createReplyRenderer } from '../terminal/markdown/reply-renderer.js';
import { paged } from '../terminal/pager.js';
import { guideText, sectionOf } from './help/guide-text.js';
import { appearanceFor, NO_COLOR, SCREEN_READER } from './options/output.js';

/** Into a pipe, as the help of commands. */
const PIPED_COLUMNS = 80;

/** Shows a guide; `help` of a command is the parser's own. */
export const help = defineCommand({
  description: 'Shows the help of a command, or a guide; alone it lists them.',
  arguments: { topic: { help: 'a command, or a guide and the section of it to show' } },
  flags: {
    output: {
      pager: toggle('--no-pager', 'print without a pager'),
      wrap: toggle('--no-wrap', 'leave long lines to the terminal'),
      color: NO_COLOR,
      screenReader: SCREEN_READER,
    },
  },
  async run({ operands: [topic = '', ...section], output }, context) {
    const guide = guideNamed(topic);
    if (guide === undefined) throw new AppError('usage', `unknown help topic '${topic}'`);
    const page = readGuide(pageOf(guide));
    const text = guideText(section.length > 0 ? sectionOf(page, section.join(' '), guide) : page);
    const { stdout } = context;
    const { color, screenReader, wrap } = appearanceFor(output, context);
    const renderer = createReplyRenderer({
      width: () => (stdout.isTTY ? stdout.columns || undefined : PIPED_COLUMNS),
      style: { color, glyphs: !screenReader },
      wrap: wrap && wrapsWords(output.wrap, context),
    });
    const shown = renderer.write(text) + renderer.end();
    await paged(context, output.pager, (print) => print(shown));
  },
});
