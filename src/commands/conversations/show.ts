import { defineCommand } from '../../command-line/command.js';
import { toggle } from '../../command-line/flag.js';
import type { Conversation, Message } from '../../conversations/conversation.js';
import { detailRows, messageBlock } from '../../conversations/details.js';
import {
  openTranscript,
  redactedTranscript,
  type Transcript,
} from '../../conversations/transcript.js';
import { stylesFor, type Styles } from '../../terminal/styles.js';
import { paged } from '../../terminal/pager.js';
import { appearanceFor, noticesOn, PAGED_OUTPUT } from '../options/output.js';
import { proseLines, proseOn, type Prose } from '../options/prose.js';
import { REDACT, redactorFor } from '../options/redaction.js';
import { CONVERSATIONS_TARGET, messagesOf, REFERENCE, withConversation } from './reference.js';

/** Four spaces after the two before each line of a message. */
const CODE_INDENT = ' '.repeat(6);

const VIEW = {
  follow: toggle('-f, --follow', 'then print each new message, until Ctrl-C'),
  redact: REDACT,
};

/** A conversation's details and all its messages. */
export const show = defineCommand({
  arguments: REFERENCE,
  flags: { target: CONVERSATIONS_TARGET, output: PAGED_OUTPUT, view: VIEW },
  async run({ operands: [reference = ''], target, output, view: { redact, follow } }, context) {
    const redactor = await redactorFor(redact);
    const notices = await noticesOn(context, { ...target, ...output });
    let code = 0;
    await withConversation(reference, { target, context, notices }, async (named) => {
      const { id, ask } = named;
      const styles = stylesFor(appearanceFor(output, context));
      const prose = await proseOn(context.stdout, target, context);
      const plain = output.json ? openTranscript('json') : readable(styles, prose);
      const view = redactor ? redactedTranscript(plain, redactor) : plain;
      if (follow) {
        const { printFollowed } = await import('./follow.js');
        code = await printFollowed(named, {
          context,
          notices,
          view,
          redactor,
          isJson: output.json,
        });
        return;
      }
      const conversation = await ask((client, call) => client.getConversation(id, call));
      const messages = messagesOf(id, ask, await proseLines(target, context));
      await paged(context, output.pager, async (print) => {
        await print(view.begin(conversation));
        for await (const batch of messages) await print(batch.messages.map(view.message).join(''));
        await print(view.end());
      });
      if (redactor) notices.notify(redactor.summary());
    });
    return code;
  },
});

function readable({ dim, bold }: Styles, prose: Prose): Transcript {
  return {
    begin: (conversation: Conversation) =>
      detailRows(conversation)
        .map(
          ([label, value]) => [label.padEnd(9), prose(`${label.padEnd(9)}  ${value}\n`)] as const,
        )
        .map(([label, row]) => dim(label) + row.slice(label.length))
        .join(''),
    message: (message: Message) => {
      const { heading, lines } = messageBlock(message);
      return `\n${[bold(heading), ...lines.map(withoutCode(prose))].join('\n')}\n`;
    },
    end: () => '',
  };
}

/** Lines of code are left as they are. */
function withoutCode(prose: Prose): (line: string) => string {
  let isFenced = false;
  return (line) => {
    const isFence = /^ *(?:```|~~~)/.test(line);
    isFenced = isFenced !== isFence;
    return isFenced || isFence || line.startsWith(CODE_INDENT) ? line : prose(line);
  };
}
