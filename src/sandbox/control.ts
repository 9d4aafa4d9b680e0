import * as v from 'valibot';
import { AppError } from '../base/errors.js';
import { empty, errorAnswer, json, Refusal, type Answer } from './call.js';
import { resetState, type SandboxRequest, type SandboxState } from './exchange.js';
import { FaultPlan } from './faults/plan.js';
import { parseBody, metadataBody } from './operations/parse-request.js';
import type { OperationName } from './routes.js';
import type { Message, SandboxStore, Thread } from './store.js';

type ControlRoute = (state: SandboxState, body: Buffer) => Answer;

const CONTROL_ROUTES: Readonly<Record<string, ControlRoute>> = {
  'GET /_sandbox/stats': (state) => json(statsOf(state)),
  'PUT /_sandbox/faults': setFaults,
  'PUT /_sandbox/seed': seedStore,
  'POST /_sandbox/reset': (state) => {
    resetState(state);
    return empty(204);
  },
};

/** Whether it is for the sandbox itself and not for the API. Such a request needs no key. */
export function isControl({ target }: SandboxRequest): boolean {
  return target.startsWith('/_sandbox/');
}

export function control({ method, target, body }: SandboxRequest, state: SandboxState): Answer {
  const name = `${method} ${target}`;
  const run = Object.hasOwn(CONTROL_ROUTES, name) ? CONTROL_ROUTES[name] : undefined;
  if (run === undefined) {
    return errorAnswer(404, { detail: `There are ${Object.keys(CONTROL_ROUTES).join(', ')}.` });
  }
  try {
    return run(state, body ?? Buffer.alloc(0));
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    if (!(error instanceof AppError)) throw error;
    return errorAnswer(422, { detail: `${error.message}: ${error.details.hint ?? ''}` });
  }
}

const faultsBody = v.object({
  rules: v.optional(v.array(v.string()), []),
  script: v.optional(v.array(v.string()), []),
  seed: v.optional(v.pipe(v.number(), v.safeInteger())),
});

/** Replaces all faults. The seed stays unless a new one is given. */
function setFaults(state: SandboxState, body: Buffer): Answer {
  const settings = parseBody(faultsBody, body);
  state.plan = new FaultPlan({ ...settings, seed: settings.seed ?? state.plan.seed });
  return json({ seed: state.plan.seed });
}

function seedStore({ store, settings }: SandboxState, body: Buffer): Answer {
  const { clock, randomId } = settings;
  return json({ ids: seed(parseBody(seedBody, body), { store, now: clock.now(), randomId }) });
}

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
type Seed = v.InferOutput<typeof seedBody>;

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

/** Counts of requests and faults, and everything that is stored, even if a fault hides it. */
export interface Stats {
  seed: number;
  /** Requests with a valid key, by operation. */
  requests: Partial<Record<OperationName, number>>;
  /** Faults that happened, such as `chat/reset_after`. */
  faults: Record<string, number>;
  /** Newest first. */
  conversations: ReturnType<typeof conversationStats>[];
}

export function statsOf({ store, requests, plan, sends }: SandboxState): Stats {
  return {
    seed: plan.seed,
    requests: Object.fromEntries(requests),
    faults: plan.caused,
    conversations: store.list().map((thread) => conversationStats(thread, sends)),
  };
}

function conversationStats({ conversation, messages }: Thread, sends: SandboxState['sends']) {
  const counts = new Map<string, number>();
  for (const { role, text } of messages) {
    if (role === 'user') counts.set(text ?? '', (counts.get(text ?? '') ?? 0) + 1);
  }
  return {
    id: conversation.id,
    /** The texts of the user's messages, and how often each is stored. */
    turns: [...counts].map(([text, count]) => ({ text, count })),
    /** Everything that is stored, in order. */
    messages: messages.map(({ role, text, created_at }) => ({ role, text, created_at })),
    /** The requests for turns while there were faults, in order. */
    sends: sends.get(conversation.id) ?? [],
  };
}
