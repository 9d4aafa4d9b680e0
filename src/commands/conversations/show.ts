import type { Notices } from '../../account/account.js';
import { stoppedWith } from '../../base/errors.js';
import { jsonLine } from '../../base/text/well-formed.js';
import { defineCommand, type ValuesOf } from '../../command-line/command.js';
import { toggle } from '../../command-line/flag.js';
import { type Conversation, type Message, isTakenOver } from '../../conversations/conversation.js';
import { detailRows, messageBlock, messageJson } from '../../conversations/details.js';
import { followNotice, type FollowEvent } from '../../conversations/follow-event.js';
import { Follower } from '../../conversations/follow.js';
import { openTranscript, type Transcript } from '../../conversations/transcript.js';
import type { Context } from '../../process/context.js';
import { writerForReader } from '../../process/output.js';
import type { Redactor } from '../../redact/redact.js';
import { paged } from '../../terminal/pager.js';
import { stylesFor, type Styles } from '../../terminal/styles.js';
import type { Lines } from '../options/open-chat.js';
import {
  appearanceFor,
  noticesTo,
  PAGED_OUTPUT,
  SCREEN_READER,
  proseLines,
  proseOn,
  type Prose,
  type ProseFlags,
  REDACT,
  redactorFor,
} from '../options/output.js';
import {
  CONVERSATIONS_TARGET,
  maskedTranscript,
  printTranscript,
  REFERENCE,
  withConversation,
  type NamedConversation,
} from './reference.js';

/** Four spaces after the two before each line of a message. */
const CODE_INDENT = ' '.repeat(6);

const VIEW = {
  follow: toggle('-f, --follow', 'then print each new message, until Ctrl-C'),
  redact: REDACT,
  screenReader: SCREEN_READER,
};

/** A conversation's details and all its messages. */
export const show = defineCommand({
  arguments: REFERENCE,
  flags: { target: CONVERSATIONS_TARGET, output: PAGED_OUTPUT, view: VIEW },
  async run({ operands: [reference = ''], target, output, view: { follow, ...view } }, context) {
    const redactor = await redactorFor(view.redact);
    const flags = { ...target, ...output, screenReader: view.screenReader };
    const isTyped = follow && !flags.json && isTerminal(context);
    const lines = isTyped ? await linesOn(flags, context) : undefined;
    const values = { target, output: flags, notices: lines?.notices };
    return withConversation(reference, values, context, async (named) => {
      const { notices } = named;
      const transcript = await transcriptFor(flags, redactor, context);
      let code = 0;
      if (lines) {
        const { followTyping } = await import('./follow-typing.js');
        const isRedacted = redactor !== undefined;
        const typing = { context, target, flags, lines, view: transcript, isRedacted };
        code = await followTyping(named, typing);
      } else if (follow) {
        const printing = { context, view: transcript, redactor, isJson: flags.json };
        code = await printFollowed(named, printing).catch(stoppedWith);
      } else {
        const warn = await proseLines(flags, context);
        await paged(context, flags.pager, (print) =>
          printTranscript(named, transcript, { print, warn }),
        );
      }
      if (redactor) notices.notify(redactor.summary());
      return code;
    });
  },
});

type ShowFlags = ProseFlags & ValuesOf<typeof PAGED_OUTPUT> & { screenReader: boolean };

async function transcriptFor(
  flags: ShowFlags,
  redactor: Redactor | undefined,
  context: Context,
): Promise<Transcript> {
  const { color, screenReader } = flags;
  const styles = stylesFor(appearanceFor({ color, screenReader }, context));
  const prose = await proseOn(context.stdout, flags, context);
  const plain = flags.json ? openTranscript('json') : readable(styles, prose);
  return maskedTranscript(plain, redactor);
}

function isTerminal({ stdin, stdout, stderr }: Context): boolean {
  return [stdin, stdout, stderr].every(({ isTTY }) => isTTY === true);
}

/** Lines that go above the prompt, once there is one. */
async function linesOn(flags: ShowFlags, context: Context): Promise<Lines & { notices: Notices }> {
  const { linesTo } = await import('../options/open-chat.js');
  const lines = linesTo(context, await proseOn(context.stderr, flags, context));
  const prints = { notify: lines.print, debug: lines.printAsIs };
  return { ...lines, notices: noticesTo(prints, flags, context.env) };
}

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

interface FollowPrinting {
  context: Context;
  view: Pick<Transcript, 'begin' | 'message'>;
  redactor: Redactor | undefined;
  isJson: boolean;
}

/** Prints a conversation's messages, and then each one that comes, until the program is stopped. */
async function printFollowed(
  { id, ask, account, notices }: NamedConversation,
  { context, view, redactor, isJson }: FollowPrinting,
): Promise<number> {
  const write = writerForReader(context.stdout);
  const conversation = await ask((client, call) => client.getConversation(id, call));
  if (!isJson) await write(view.begin(conversation));
  const { clock, signal } = context;
  const follower = new Follower(id, { api: account.client, clock, signal });
  // Its details have said so.
  let isKnown = !isJson && isTakenOver(conversation);
  for await (const event of follower.events()) {
    const isSaid = isKnown && event.type === 'state' && event.isTakenOver;
    if (event.type === 'state') isKnown = false;
    if (isSaid) continue;
    if (isJson) await write(jsonOf(event, redactor));
    else if (event.type === 'message') await write(view.message(event.message));
    else if (event.type !== 'listed') notices.notify(followNotice(event));
  }
  return 0;
}

/** A line for each message and each change of who answers. */
function jsonOf(event: FollowEvent, redactor: Redactor | undefined): string {
  if (event.type === 'message') {
    const message = redactor ? redactor.message(event.message) : event.message;
    return jsonLine({ type: 'message', ...messageJson(message) });
  }
  return event.type === 'state' ? jsonLine({ type: 'state', ai_disabled: event.isTakenOver }) : '';
}
