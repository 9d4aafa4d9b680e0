import type { Account, AccountOptions } from '../../account/account.js';
import { finderWith, withAccount, type Ask } from '../../account/calls.js';
import type { Target } from '../../account/sources.js';
import { AppError } from '../../base/errors.js';
import type { ArgumentInfo } from '../../command-line/command.js';
import { conversationIdFor } from '../../conversations/find.js';
import { messagesByTime, type MessageBatch } from '../../conversations/message-pages.js';
import { targetFlags } from '../options/target.js';

/** The assistant says which conversations to list and where to look for a name first. */
export const CONVERSATIONS_TARGET = targetFlags('assistant of the conversations');

export const REFERENCE: Readonly<Record<string, ArgumentInfo>> = {
  'id|name': { completes: 'conversations' },
};

/** A conversation that was named on the command line. */
export interface NamedConversation {
  id: string;
  account: Account;
  ask: Ask;
}

/**
 * Runs a task with the conversation of an id or a name. A name is looked for among all; when several
 * have it, those of the effective assistant come first.
 */
export function withConversation(
  idOrName: string,
  { target, ...options }: { target: Target } & AccountOptions,
  task: (named: NamedConversation) => Promise<void>,
): Promise<void> {
  return withAccount(target, options, async (account, ask) => {
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

const DISORDER = 'warning: the messages were listed in no order; some may be out of place';

/** The messages of a conversation, by time. */
export function messagesOf(
  id: string,
  ask: Ask,
  warn: (line: string) => void,
): AsyncGenerator<MessageBatch> {
  return messagesByTime(
    (number) => ask((client, call) => client.getMessages(id, { ...call, number })),
    () => warn(DISORDER),
  );
}
