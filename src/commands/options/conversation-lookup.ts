// Loaded late: a turn in a new conversation, or in one given by its id, needs none of this.
import type { Session } from '../../account/account.js';
import { finderOf } from '../../account/calls.js';
import { conversationIdFor } from '../../conversations/find.js';
import { findOrCreate } from '../../conversations/find-or-create.js';
import type { Context } from '../../process/context.js';
import type { TurnRequest } from '../../turn/events.js';

/** The account and world that a conversation is looked up with. */
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
