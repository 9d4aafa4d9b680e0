import type { Context } from '../../process/context.js';
import type { ChatPorts, LineEditor } from '../../chat/ports.js';
import { checkedMessage } from '../../turn/message-text.js';
import { settingRows } from '../../settings/rows.js';
import type { Account } from '../../account/account.js';
import type { Appearance } from '../../terminal/appearance.js';
import { paintFor } from '../../terminal/styles.js';
import { openDialogs } from '../../terminal/chat-terminal.js';
import { openReplyPrinter } from '../../terminal/reply-printer.js';

interface ChatPortsOptions {
  account: Account;
  context: Context;
  editor: LineEditor;
  appearance: Appearance;
  /** For new conversations. */
  metadata: Record<string, string> | undefined;
  stream: boolean;
}

/** The chat's ports, as this program has them. */
export function chatPorts(options: ChatPortsOptions): ChatPorts {
  const { account, context, editor, appearance, metadata, stream } = options;
  return {
    editor,
    clock: context.clock,
    signal: context.signal,
    api: account.client,
    dialogs: openDialogs(context, appearance, editor),
    paint: paintFor(appearance),
    openReplyPrinter: () => openReplyPrinter(appearance, context.stdout),
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
