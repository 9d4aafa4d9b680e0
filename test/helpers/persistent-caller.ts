import { post, type Posted } from './relay.js';

export interface Delivered {
  text: string;
  conversationId: string | undefined;
  /** `unknown`: the relay that ran it died over it, or had to stop. */
  outcome: 'answered' | 'unknown';
  /** Readings of `performance.now()`: before the first try, and when its outcome was known. */
  askedAt: number;
  knownAt: number;
}

export interface Message {
  text: string;
  conversationId?: string | undefined;
}

/** Sends a message with a key of its own until its outcome is known: at the first relay that answers. */
export async function deliver(
  relays: readonly string[],
  { text, conversationId }: Message,
): Promise<Delivered> {
  const askedAt = performance.now();
  const key = { 'idempotency-key': crypto.randomUUID() };
  const body = { message: text, conversation_id: conversationId };
  const reachable = [...relays];
  for (;;) {
    const [url] = reachable;
    if (url === undefined) throw new Error('all relays are gone');
    const answer = await post({ url }, body, key).catch(() => void reachable.shift());
    if (!answer) continue;
    const outcome = outcomeOf(answer);
    if (outcome) {
      const answered = answer.body as { conversation_id?: string };
      const id = conversationId ?? answered.conversation_id;
      return { text, conversationId: id, outcome, askedAt, knownAt: performance.now() };
    }
    await passed(Number(answer.headers.get('retry-after')));
  }
}

function outcomeOf({ status, text }: Posted): Delivered['outcome'] | undefined {
  if (status === 200) return 'answered';
  if (status === 502) return 'unknown';
  if (status === 409 || status === 503) return undefined;
  throw new Error(`${status} ${text}`);
}

function passed(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
