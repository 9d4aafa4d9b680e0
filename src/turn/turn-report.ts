import { clauseOf } from '../base/errors.js';
import type { ToolCallResult } from '../conversations/transcript.js';
import type { ReplyEvent, Turn } from './events.js';

export const WAITING = 'waiting for the assistant';
export const SEARCH_NOTICE = 'the answer was lost: looking for it';

/** A notice about a turn on a bad network; undefined when there is no trouble. */
export function noticeOf(event: ReplyEvent): string | undefined {
  if (event.type === 'search') return `${clauseOf(event.error)}; ${SEARCH_NOTICE}`;
  if (event.type === 'done' && event.turn.recovered) return 'the answer was found';
  if (event.type !== 'retry') return undefined;
  return `${clauseOf(event.error)}; trying again in ${(event.waitMs / 1000).toFixed(1)} s`;
}

/** The same events; notices about them go to `notify`. */
export async function* withNotices(
  events: AsyncGenerator<ReplyEvent>,
  notify: (line: string) => void,
): AsyncGenerator<ReplyEvent> {
  for await (const event of events) {
    const notice = noticeOf(event);
    if (notice !== undefined) notify(notice);
    yield event;
  }
}

/** A finished turn for `--json`. */
export interface TurnJson {
  conversation_id: string;
  reply: string;
  assistant_id: string;
  new_conversation: boolean;
  recovered: boolean;
  /** Milliseconds. */
  timing: { first_token_ms: number; total_ms: number };
  /** Only when they were asked for; null when they are not known. */
  tool_calls?: readonly ToolCallResult[] | null;
}

export function turnJson(turn: Turn, toolCalls?: TurnJson['tool_calls']): TurnJson {
  return {
    conversation_id: turn.conversationId,
    reply: turn.reply,
    assistant_id: turn.assistantId,
    new_conversation: turn.newConversation,
    recovered: turn.recovered,
    timing: { first_token_ms: turn.timing.firstTokenMs, total_ms: turn.timing.totalMs },
    ...(toolCalls === undefined ? {} : { tool_calls: toolCalls }),
  };
}

/** The notice before a reply that replaces its printed beginning. */
export const CUT_OFF = 'the reply was cut off; here it is in full';

export interface ReplyText {
  /** The text that an event adds. */
  next(event: ReplyEvent): string;
  /** Whether the recovered reply does not continue the printed one. */
  isReplaced(event: ReplyEvent): boolean;
}

/**
 * The reply as text that only grows, because printed text is never changed. A final form that does
 * not begin with the printed text follows as a whole, on a line of its own.
 */
export function createReplyText(): ReplyText {
  let printed = '';
  const rest = (reply: string): string => {
    if (reply.startsWith(printed)) return reply.slice(printed.length);
    return reply.trim() === printed.trim() ? '' : `\n${reply}`;
  };
  return {
    next(event) {
      if (event.type === 'delta') printed += event.text;
      if (event.type === 'delta') return event.text;
      return event.type === 'done' ? rest(event.turn.reply) : '';
    },
    isReplaced: (event) =>
      event.type === 'done' &&
      event.turn.recovered &&
      !event.turn.reply.startsWith(printed) &&
      rest(event.turn.reply) !== '',
  };
}
