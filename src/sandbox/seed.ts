import type * as v from 'valibot';
import type { Message, Thread } from './records.js';
import type { seedBody } from './schemas.js';
import type { ConversationStore } from './store.js';

/** Between two messages of a conversation, in milliseconds. */
const PAUSE_MS = 1_000;

export type Seed = v.InferOutput<typeof seedBody>;

interface Means {
  store: ConversationStore;
  now: Date;
  randomId: () => string;
}

/** Fills the store with conversations of the past, the last of which ends now. Gives their ids, oldest first. */
export function seed(wanted: Seed, { store, now, randomId }: Means): string[] {
  const { conversations, every_ms } = wanted;
  return Array.from({ length: conversations }, (_, index) => {
    const end = now.getTime() - (conversations - 1 - index) * every_ms;
    const thread = seededThread(wanted, randomId(), end);
    store.add(thread);
    return thread.conversation.id;
  });
}

function seededThread({ messages, name, metadata }: Seed, id: string, end: number): Thread {
  const created_at = iso(end - messages * PAUSE_MS);
  const times = { created_at, last_message_at: iso(end) };
  const said = Array.from({ length: messages }, (_, index) =>
    seededMessage(index, iso(end - (messages - 1 - index) * PAUSE_MS)),
  );
  const conversation = { id, name, ...times, metadata: { ...metadata } };
  return { conversation, messages: said, isRetained: true };
}

function seededMessage(index: number, time: string): Message {
  const [role, text] = index % 2 === 0 ? ['user', 'question'] : ['assistant', 'answer'];
  const number = Math.floor(index / 2) + 1;
  return {
    role,
    text: `${text} ${number}`,
    created_at: time,
    sent_at: time,
    tool_calls: [],
    metadata: {},
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
