import { AppError } from '../base/errors.js';
import { hasty, retrying } from '../base/retry.js';
import { Deadline, type CallOptions } from '../base/time.js';
import type { Assistant, History } from '../conversations/conversation.js';
import { instant } from '../conversations/messages.js';
import type { SentTurn, TurnPorts } from './events.js';
import { madeAt } from './record-times.js';

/** Whether a list of messages without a turn proves that the turn was not run. */
export type ListEvidence = 'full' | 'not yet' | 'never';

/**
 * Judges lists of one conversation. A list is evidence when the assistant keeps history and nothing
 * was said after the newest listed message.
 */
export function evidenceFor(
  ports: TurnPorts,
  { assistantId, conversationId }: SentTurn,
  /** The conversation's `last_message_at` when it was created. */
  initialTime = 0,
): (history: History, call: CallOptions) => Promise<ListEvidence> {
  let assistant: Assistant | undefined;
  return async ({ messages }, { signal, timeoutMs }) => {
    const { clock } = ports;
    const read = <T>(request: (call: CallOptions) => Promise<T>): Promise<T> =>
      retrying(request, { clock, signal, deadline: new Deadline(clock, timeoutMs) }, hasty);
    try {
      const [{ dataRetention }, conversation] = await Promise.all([
        assistant ?? read((call) => ports.getAssistant(assistantId, call)).then(keep),
        read((call) => ports.getConversation(conversationId, call)),
      ]);
      if (!dataRetention) return 'never';
      const times = messages.flatMap((each) => [madeAt(each), instant(each.sentAt)]);
      const listedUntil = Math.max(instant(conversation.createdAt), initialTime, ...times);
      return instant(conversation.lastMessageAt) > listedUntil ? 'not yet' : 'full';
    } catch (error) {
      if (signal.aborted || !(error instanceof AppError)) throw error;
      return 'not yet';
    }
  };

  function keep(found: Assistant): Assistant {
    return (assistant = found);
  }
}
