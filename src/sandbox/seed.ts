import * as v from 'valibot';
import { metadataBody, parseBody } from './operations/parse-body.js';
import type { Message, SandboxStore, Thread } from './store.js';

/** Between two messages of a conversation. */
const MESSAGE_INTERVAL_MS = 1_000;

const MAX_COUNT = 100_000;
const DAY_MS = 86_400_000;

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_COUNT));

const seedBody = v.object({
  conversations: v.optional(count, 1),
  messages: v.optional(count, 0),
  every_ms: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(DAY_MS)), 1_000),
  name: v.optional(v.string(), ''),
  metadata: v.optional(metadataBody, {}),
});

/** Conversations to make; each ends `every_ms` after the previous one. */
export type Seed = v.InferOutput<typeof seedBody>;

export function parseSeed(body: Buffer): Seed {
  return parseBody(seedBody, body);
}

interface SeedOptions {
  store: SandboxStore;
  now: Date;
  randomId: () => string;
}

/** Adds past conversations, the last of which ends now. Returns their ids, oldest first. */
export function seed(seeded: Seed, { store, now, randomId }: SeedOptions): string[] {
  const { conversations, every_ms } = seeded;
  return Array.from({ length: conversations }, (_, index) => {
    const end = now.getTime() - (conversations - 1 - index) * every_ms;
    const thread = seededThread(seeded, randomId(), end);
    store.add(thread);
    return thread.conversation.id;
  });
}

function seededThread({ messages, name, metadata }: Seed, id: string, end: number): Thread {
  const created_at = iso(end - messages * MESSAGE_INTERVAL_MS);
  const times = { created_at, last_message_at: iso(end) };
  const past = Array.from({ length: messages }, (_, index) =>
    seededMessage(index, iso(end - (messages - 1 - index) * MESSAGE_INTERVAL_MS)),
  );
  const conversation = { id, name, ...times, metadata: { ...metadata } };
  return { conversation, messages: past, isRetained: true };
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
