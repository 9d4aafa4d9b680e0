import type { Account } from '../../account/account.js';
import { assistantCandidates, conversationCandidates } from '../../account/candidates.js';
import { completeDraft, type Completion } from '../../chat/slash-commands.js';
import type { ChatPorts, LineEditor, Playback } from '../../chat/ports.js';
import type { FirstWordsOf } from '../../conversations/excerpt.js';
import { toolCallLine } from '../../conversations/transcript.js';
import type { Context } from '../../process/context.js';
import { settingRows } from '../../settings/config.js';
import type { Settings } from '../../settings/settings.js';
import { InputHistory } from '../../store/input-history.js';
import { storePaths } from '../../store/paths.js';
import type { Appearance } from '../../terminal/appearance.js';
import { alertSequence, openDialogs, type WindowTitle } from '../../terminal/chat-terminal.js';
import { openReplyPrinter } from '../../terminal/reply-printer.js';
import { paintFor } from '../../terminal/styles.js';
import { openAnyTranscript } from '../../testing/recording/open-transcript.js';
import { checkedMessage } from '../../turn/events.js';
import type { Prose } from './output.js';

export type CompleteDraft = (draft: string, cursor: number) => Promise<Completion | undefined>;

export interface ChatPortsOptions {
  account: Account;
  context: Context;
  editor: LineEditor;
  appearance: Appearance;
  /** For what is printed on stderr. */
  prose: Prose;
  /** For new conversations. */
  metadata: Record<string, string> | undefined;
  stream: boolean;
  trace: boolean | undefined;
  windowTitle: WindowTitle;
  isVerbose: boolean;
}

const ANSWERED = 'telnyx-chat: the assistant has answered';

/** The chat's ports, as this program has them. */
export function chatPorts(options: ChatPortsOptions): ChatPorts {
  const { account, context, editor, appearance, prose } = options;
  const { metadata, stream, trace, windowTitle, isVerbose } = options;
  const arrow = appearance.screenReader ? '->' : '→';
  return {
    editor,
    isVerbose,
    isAnimated: appearance.animation,
    clock: context.clock,
    signal: context.signal,
    api: account.client,
    firstWords: firstWordsOf(account, context, PICKER_WORDS_MS),
    dialogs: openDialogs(context, appearance, editor),
    paint: paintFor(appearance),
    columns: () => (appearance.screenReader ? Infinity : context.stderr.columns || 80),
    wrap: (text) => prose(text),
    openReplyPrinter: (to = 'stdout') => openReplyPrinter(appearance, context[to]),
    announce() {
      if (editor.hasFocus() === false) context.stderr.write(alertSequence(context.env, ANSWERED));
    },
    setTitle: (title) => windowTitle.set(title),
    codeBlocks: codeBlocksOf,
    trace,
    toolCallLine: (call) => toolCallLine(call, { columns: context.stderr.columns ?? 80, arrow }),
    settingLines: () => settingLines(account),
    async save(file, text) {
      const { assertFree, writeNewFile } = await import('../../store/new-file.js');
      const id = context.randomId();
      const newFile = { place: context, file, id, isNumbered: true };
      await assertFree(newFile);
      return writeNewFile(newFile, context, (write) => write(text));
    },
    openTranscript: openAnyTranscript,
    playback: (file) => openPlayback(file, context),
    takeTurn({ assistantId, text, ...turn }, signal) {
      const input = { ...turn, text: checkedMessage(text), metadata, stream };
      return account.chatWith(assistantId).takeTurn(input, signal);
    },
  };
}

async function codeBlocksOf(reply: string): Promise<string[]> {
  const { codeBlocksIn } = await import('../../terminal/markdown/code-blocks.js');
  return codeBlocksIn(reply);
}

async function openPlayback(file: string, context: Context): Promise<Playback> {
  const { readChatFile, playbackOf } = await import('./chat-files.js');
  return playbackOf(readChatFile(file, context));
}

/** The settings that `/info` does not show elsewhere. */
function settingLines({ settings }: Account): string[] {
  return settingRows(settings)
    .filter(({ name }) => name !== 'assistant_id')
    .map(({ name, value, origin }) =>
      `${name.padEnd(12)}  ${value ?? '(not set)'}  ${origin ?? ''}`.trimEnd(),
    );
}

/** The input of earlier chats; undefined when nothing may be kept. */
export function historyFor(
  { history }: Settings,
  context: Context,
  print: (line: string) => void,
): InputHistory | undefined {
  if (!history.value) return undefined;
  const onWarning = (message: string): void => print(`warning: ${message}`);
  const { platform, uid } = context;
  const guard = { platform, uid, warn: onWarning };
  return new InputHistory({ directory: () => storePaths(context).state, guard, onWarning });
}

/** Bound on asking for candidates, in milliseconds: Tab should not hang. */
const CANDIDATES_MS = 5_000;
/** The part of it for first words, and the bound on first words in a picker. */
const TAB_WORDS_MS = 300;
const PICKER_WORDS_MS = 1_000;

/** Loaded late: few chats list conversations. */
function firstWordsOf(account: Account, context: Context, limitMs: number): FirstWordsOf {
  return async (conversations, signal) => {
    const { openFirstWords } = await import('../../account/first-words.js');
    return openFirstWords({ account, context, limitMs })(conversations, signal);
  };
}

/** Tab in the chat: commands, and what the account has for their arguments. */
export function completionFor(
  account: Account,
  assistantId: () => string,
  context: Context,
): CompleteDraft {
  const { client } = account;
  const call = { signal: context.signal, timeoutMs: CANDIDATES_MS };
  const firstWords = firstWordsOf(account, context, TAB_WORDS_MS);
  const sources = {
    conversations: () =>
      conversationCandidates(client, { assistantId: assistantId(), firstWords, call }),
    assistants: () => assistantCandidates(client, call),
  };
  return async (draft, cursor) => {
    try {
      return await completeDraft(draft, cursor, sources);
    } catch {
      return undefined; // Without an answer there is nothing to complete.
    }
  };
}
