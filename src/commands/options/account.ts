// Loaded late where a turn is taken: in a new conversation, or in one given by its id, it needs none of this.
import type { Account, AccountOptions, Notices, Session } from '../../account/account.js';
import { finderOf, withAccount, type Ask } from '../../account/calls.js';
import type { Target } from '../../account/sources.js';
import { conversationIdFor } from '../../conversations/find.js';
import { findOrCreate } from '../../conversations/find-or-create.js';
import type { Context } from '../../process/context.js';
import type { TurnRequest } from '../../turn/events.js';
import { noticesOn, type OutputFlags, type ProseFlags } from './output.js';

/** The values of a command's flags for its account, and for notices about it. */
export interface AccountValues extends Pick<AccountOptions, 'openTransport'> {
  target: Target & ProseFlags;
  output: OutputFlags & ProseFlags;
  /** By default as the flags say. */
  notices?: Notices | undefined;
}

export interface OpenedAccount {
  account: Account;
  ask: Ask;
  notices: Notices;
}

/** Runs a task with the account of a command's flags, which is closed after it. */
export async function runWithAccount<T>(
  { target, output, notices: given, ...options }: AccountValues,
  context: Context,
  task: (opened: OpenedAccount) => Promise<T>,
): Promise<T> {
  const notices = given ?? (await noticesOn(context, { ...target, ...output }));
  return withAccount(target, { ...options, context, notices }, (account, ask) =>
    task({ account, ask, notices }),
  );
}

/** The session and the context in which a conversation is looked up. */
export interface Chooser {
  session: Pick<Session, 'client' | 'settings' | 'assistantId' | 'last'>;
  context: Pick<Context, 'clock' | 'signal'>;
}

type Found = Pick<TurnRequest, 'conversationId' | 'created'>;

/** The assistant's conversation with a name. */
export async function findByName(name: string, { session, context }: Chooser): Promise<Found> {
  const scope = { only: session.assistantId };
  const finder = finderOf(session, context);
  return { conversationId: await conversationIdFor(name, finder, scope) };
}

/** The assistant's conversation with this metadata, which is created when there is none. */
export async function findByMetadata(
  metadata: Record<string, string>,
  { session, context }: Chooser,
): Promise<Found> {
  const whole = { ...metadata, assistant_id: session.assistantId };
  const { conversation, isNew } = await findOrCreate(finderOf(session, context), whole);
  return { conversationId: conversation.id, created: isNew ? conversation : undefined };
}
