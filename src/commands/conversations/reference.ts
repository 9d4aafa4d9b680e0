import { finderWith, withAccount, type Ask } from '../../account/calls.js';
import type { Context } from '../../process/context.js';
import { conversationIdFor } from '../../conversations/find.js';
import { messagesByTime, type MessageBatch } from '../../conversations/message-pages.js';
import { AppError } from '../../base/errors.js';
import type { Account } from '../../account/account.js';
import type { AccountFlags } from './options.js';

export interface Referred {
  id: string;
  account: Account;
  ask: Ask;
}

/**
 * Runs a task with the conversation that an id or a name means. A name is looked for among all; when
 * several have it, those of the assistant in force come first.
 */
export function withConversation(
  idOrName: string,
  { flags, context }: { flags: AccountFlags; context: Context },
  task: (referred: Referred) => Promise<void>,
): Promise<void> {
  return withAccount(flags, context, async (account, ask) => {
    const id = await idFor(idOrName, account, ask);
    try {
      await task({ id, account, ask });
    } catch (error) {
      throw error instanceof AppError ? error.with({ conversationId: id }) : error;
    }
  });
}

export function idFor(
  idOrName: string,
  { settings }: Pick<Account, 'settings'>,
  ask: Ask,
): Promise<string> {
  const scope = { preferred: settings.assistantId?.value };
  return conversationIdFor(idOrName, finderWith(ask), scope);
}

const DISORDER = 'warning: the messages were listed in no order; some may be out of place\n';

/** What was said in a conversation, by time. */
export function messagesOf(
  id: string,
  ask: Ask,
  { stderr }: Pick<Context, 'stderr'>,
): AsyncGenerator<MessageBatch> {
  return messagesByTime(
    (number) => ask((client, call) => client.getMessages(id, { ...call, number })),
    () => void stderr.write(DISORDER),
  );
}
