// Loaded late: only `--follow` on a terminal needs it.
import type { Target } from '../../account/sources.js';
import { stoppedWith } from '../../base/errors.js';
import { nameFrom, nameWindow } from '../../chat/prompt.js';
import { newState, notify, type Chat } from '../../chat/chat.js';
import { completeDraft, type Completion } from '../../chat/slash-commands.js';
import { followConversation, FOLLOWING_NOTICE } from '../../chat/follow-command.js';
import { runChat } from '../../chat/loop.js';
import { type Conversation, type Message, isTakenOver } from '../../conversations/conversation.js';
import type { Context } from '../../process/context.js';
import { write } from '../../process/output.js';
import { openChat, type Lines, type OpenChat } from '../options/open-chat.js';
import { appearanceFor, proseOn, type ProseFlags } from '../options/output.js';
import { programFor } from '../options/target.js';
import type { Transcript } from '../../conversations/transcript.js';
import type { NamedConversation } from './reference.js';

/** The chat's commands for the one conversation that is followed. */
const COMMANDS = ['takeover', 'release', 'say', 'as', 'retry', 'edit', 'clear', 'help', 'exit'];
/** Commands that show messages unmasked: not available with `--redact`. */
const UNMASKED = ['history', 'insights', 'export'];

interface FollowTypingOptions {
  context: Context;
  target: Target;
  flags: ProseFlags & { color: boolean; screenReader: boolean };
  /** Lines on stderr: above the prompt, while there is one. */
  lines: Lines;
  view: Pick<Transcript, 'begin' | 'message'>;
  isRedacted: boolean;
}

/** Shows a conversation and its new messages; a typed line is a person's message. Gives the exit code. */
export async function followTyping(
  named: NamedConversation,
  options: FollowTypingOptions,
): Promise<number> {
  const { context, target, lines, view } = options;
  const conversation = await named.ask((client, call) => client.getConversation(named.id, call));
  await write(context.stdout, view.begin(conversation));
  const { chat, close } = await openFollowing(conversation, named, options);
  const { editor } = chat.ports;
  let code = (): number => 0;
  let earlier = '';
  followConversation(chat, {
    showMessage(message, isNew) {
      if (isNew) editor.print(view.message(withSpeaker(chat, message)));
      else earlier += view.message(message);
    },
    onListed() {
      editor.print(earlier);
      notify(chat, FOLLOWING_NOTICE);
    },
    onEnd(error) {
      code = () => stoppedWith(error);
      editor.close();
    },
  });
  const exitCode = await runChat(chat)
    .then(() => code(), stoppedWith)
    .finally(close);
  if (chat.state.isTakenOver) {
    const program = programFor({ ...target, assistant: undefined });
    lines.print(`${STILL_SILENT} ${program} conversations release ${named.id}`);
  }
  return exitCode;
}

const STILL_SILENT = 'still taken over: the assistant is silent until';

/** With the assistant silent, it is a person who answers in its role. */
function withSpeaker({ state }: Chat, message: Message): Message {
  const { role, text } = message;
  const isPerson = state.isTakenOver === true && role === 'assistant' && text !== '';
  return isPerson ? { ...message, role: 'person' } : message;
}

async function openFollowing(
  conversation: Conversation,
  { account }: NamedConversation,
  { context, flags, lines, isRedacted }: FollowTypingOptions,
): Promise<OpenChat> {
  const names = new Set([...COMMANDS, ...(isRedacted ? [] : UNMASKED)]);
  const commands = { names, withoutRedact: UNMASKED };
  const assistantId = conversation.metadata['assistant_id'] ?? '';
  const conversationId = conversation.id;
  const given = { assistantId, conversationId, title: undefined, speaker: undefined };
  const state = newState({ ...given, trace: false });
  state.isTakenOver = isTakenOver(conversation);
  const opened = openChat(state, {
    ...{ account, context, lines, commands, metadata: undefined, trace: undefined },
    appearance: appearanceFor({ ...flags, wrap: flags.wrap ?? true }, context),
    prose: await proseOn(context.stderr, flags, context),
    complete: (draft, cursor) => completeCommand(draft, cursor, names),
    ...{ isTemporary: false, notify: false, hasTextAbove: true, stream: true, isVerbose: false },
  });
  nameWindow(opened.chat, { conversation: nameFrom(conversation) });
  return opened;
}

async function completeCommand(
  draft: string,
  cursor: number,
  commands: ReadonlySet<string>,
): Promise<Completion | undefined> {
  const none = (): Promise<[]> => Promise.resolve([]);
  const all = await completeDraft(draft, cursor, { conversations: none, assistants: none });
  const isKnown = ({ value }: { value: string }): boolean => commands.has(value.slice(1).trim());
  return all && { ...all, candidates: all.candidates.filter(isKnown) };
}
