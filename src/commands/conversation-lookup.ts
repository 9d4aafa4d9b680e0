import { askerOf, finderWith } from '../account/calls.js';
import { conversationIdFor } from '../conversations/find.js';
import { findOrCreate, type FindOrCreateApi } from '../conversations/find-or-create.js';
import type { TurnRequest } from '../turn/events.js';
import type { Context } from '../process/context.js';
import type { Session } from '../account/account.js';

/** What choosing a conversation takes. */
export interface Choosing {
  session: Pick<Session, 'client' | 'settings' | 'assistantId' | 'last'>;
  context: Pick<Context, 'clock' | 'signal'>;
}

type Found = Pick<TurnRequest, 'conversationId' | 'isNew'>;

/** The assistant's conversation with a name. */
export async function named(name: string, choosing: Choosing): Promise<Found> {
  const scope = { only: choosing.session.assistantId };
  return { conversationId: await conversationIdFor(name, finderFor(choosing), scope) };
}

/** The assistant's conversation with this metadata, which is made when there is none. */
export async function shared(metadata: Record<string, string>, choosing: Choosing): Promise<Found> {
  const whole = { ...metadata, assistant_id: choosing.session.assistantId };
  const { id, isNew } = await findOrCreate(finderFor(choosing), whole);
  return { conversationId: id, isNew };
}

function finderFor({ session, context }: Choosing): FindOrCreateApi {
  return finderWith(askerOf(session, context));
}
