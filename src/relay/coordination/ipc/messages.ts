import type { CoordinationError, Rate, RecordKey, StoredAnswer } from '../coordination.js';

/** What a worker asks of its primary. `of` is the `seq` of the `enter` or `claim` that is meant. */
export type Question =
  | { op: 'enter'; conversationId: string }
  | { op: 'leave'; of: number }
  | { op: 'claim'; key: RecordKey }
  | { op: 'begin'; of: number }
  | { op: 'store'; of: number; answer: StoredAnswer }
  | { op: 'release'; of: number }
  | { op: 'take'; caller: string; rate: Rate }
  /** Of all workers, as text. */
  | { op: 'metrics' };

/** Told from other messages of the same processes by its mark. */
export type Asked = Question & { relay: 'question'; seq: number };

export type Replied = { relay: 'reply'; seq: number } & (
  { value: unknown } | { error: CoordinationError['kind']; message: string }
);

/** Whether it comes from the other side of ours: the processes are of one program. */
export function isAsked(message: unknown): message is Asked {
  return markOf(message) === 'question';
}

export function isReplied(message: unknown): message is Replied {
  return markOf(message) === 'reply';
}

function markOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'relay' in message
    ? message.relay
    : undefined;
}
