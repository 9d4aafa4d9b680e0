import type { Account } from '../../account/account.js';
import { assistantCandidates, conversationCandidates } from '../../account/candidates.js';
import type { Client } from '../../api/client.js';
import { completeDraft, type Completion } from '../../chat/completion.js';
import type { ChatPorts, LineEditor } from '../../chat/ports.js';
import { toolCallLine } from '../../conversations/tool-calls.js';
import type { Context } from '../../process/context.js';
import { settingRows } from '../../settings/rows.js';
import type { Appearance } from '../../terminal/appearance.js';
import { openDialogs } from '../../terminal/chat-terminal.js';
import { openReplyPrinter } from '../../terminal/reply-printer.js';
import { paintFor } from '../../terminal/styles.js';
import { checkedMessage } from '../../turn/message-text.js';

interface ChatPortsOptions {
  account: Account;
  context: Context;
  editor: LineEditor;
  appearance: Appearance;
  /** For new conversations. */
  metadata: Record<string, string> | undefined;
  stream: boolean;
  isVerbose: boolean;
}

/** The chat's ports, as this program has them. */
export function chatPorts(options: ChatPortsOptions): ChatPorts {
  const { account, context, editor, appearance, metadata, stream, isVerbose } = options;
  return {
    editor,
    isVerbose,
    isAnimated: appearance.animation,
    clock: context.clock,
    signal: context.signal,
    api: account.client,
    dialogs: openDialogs(context, appearance, editor),
    paint: paintFor(appearance),
    openReplyPrinter: (to = 'stdout') => openReplyPrinter(appearance, context[to]),
    toolCallLine: (call) =>
      toolCallLine(call, {
        columns: context.stderr.columns ?? 80,
        arrow: appearance.screenReader ? '->' : '→',
      }),
    settingLines: () => settingLines(account),
    async save(file, text) {
      const { writeNewFile } = await import('../../store/new-file.js');
      const { cwd, randomId } = context;
      return writeNewFile({ cwd, file, id: randomId() }, context, (write) => write(text));
    },
    takeTurn({ assistantId, text, ...turn }, signal) {
      const input = { ...turn, text: checkedMessage(text), metadata, stream };
      return account.chatWith(assistantId).takeTurn(input, signal);
    },
  };
}

/** The settings that `/info` does not show elsewhere. */
function settingLines({ settings }: Account): string[] {
  return settingRows(settings)
    .filter(({ name }) => name !== 'assistant_id')
    .map(({ name, value, origin }) =>
      `${name.padEnd(12)}  ${value ?? '(not set)'}  ${origin ?? ''}`.trimEnd(),
    );
}

/** Bound on asking for candidates, in milliseconds: Tab should not hang. */
const CANDIDATES_MS = 5_000;

/** Tab in the chat: commands, and what the account has for their arguments. */
export function completionFor(
  client: Client,
  assistantId: () => string,
  signal: AbortSignal,
): (draft: string, cursor: number) => Promise<Completion | undefined> {
  const call = { signal, timeoutMs: CANDIDATES_MS };
  const sources = {
    conversations: () => conversationCandidates(client, assistantId(), call),
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
