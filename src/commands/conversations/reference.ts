import { finderWith } from '../../account/calls.js';
import { AppError } from '../../base/errors.js';
import type { ArgumentInfo } from '../../command-line/command.js';
import { conversationIdFor } from '../../conversations/find.js';
import { messagesByTime } from '../../conversations/message-pages.js';
import { redactedTranscript, type Transcript } from '../../conversations/transcript.js';
import type { Context } from '../../process/context.js';
import type { Redactor } from '../../redact/redact.js';
import type { Print } from '../../terminal/pager.js';
import { runWithAccount, type AccountValues, type OpenedAccount } from '../options/account.js';
import { targetFlags } from '../options/target.js';

/** The assistant says which conversations to list and where to look for a name first. */
export const CONVERSATIONS_TARGET = targetFlags('assistant of the conversations');

export const REFERENCE: Readonly<Record<string, ArgumentInfo>> = {
  'id|name': { completes: 'conversations' },
};

/** A conversation that was named on the command line. */
export interface NamedConversation extends OpenedAccount {
  id: string;
}

/**
 * Runs a task with the conversation of an id or a name. A name is looked for among all; when several
 * have it, those of the effective assistant come first.
 */
export function withConversation<T>(
  idOrName: string,
  values: AccountValues,
  context: Context,
  task: (named: NamedConversation) => Promise<T>,
): Promise<T> {
  return runWithAccount(values, context, async (opened) => {
    const id = await idFor(idOrName, opened);
    try {
      return await task({ ...opened, id });
    } catch (error) {
      throw error instanceof AppError ? error.with({ conversationId: id }) : error;
    }
  });
}

export function idFor(idOrName: string, { account, ask }: OpenedAccount): Promise<string> {
  const scope = { preferred: account.settings.assistantId?.value };
  return conversationIdFor(idOrName, finderWith(ask), scope);
}

const DISORDER = 'warning: the messages were listed in no order; some may be out of place';

interface PrintOptions {
  print: Print;
  /** Takes a line for stderr. */
  warn: (line: string) => void;
  /** Told how many messages are printed, and how many there are if that is known. */
  onPrinted?: (count: number, total: number | undefined) => void;
}

/** Prints a conversation with its messages, by time, as they are read. */
export async function printTranscript(
  { id, ask }: NamedConversation,
  { begin, message, end }: Transcript,
  { print, warn, onPrinted }: PrintOptions,
): Promise<void> {
  let count = 0;
  await print(begin(await ask((client, call) => client.getConversation(id, call))));
  const batches = messagesByTime(
    (number) => ask((client, call) => client.getMessages(id, { ...call, number })),
    () => warn(DISORDER),
  );
  for await (const { messages, total } of batches) {
    await print(messages.map(message).join(''));
    onPrinted?.((count += messages.length), total);
  }
  await print(end());
}

/** The transcript, with personal data masked when there is a redactor. */
export function maskedTranscript(
  transcript: Transcript,
  redactor: Redactor | undefined,
): Transcript {
  return redactor ? redactedTranscript(transcript, redactor) : transcript;
}
