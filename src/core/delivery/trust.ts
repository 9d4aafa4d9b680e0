import { AppError } from '../../errors.js';
import type { Assistant, CallOptions, History, TurnPorts, TurnRequest } from '../conversation.js';
import { instant } from '../messages.js';
import { madeAt } from './find-turn.js';
import { readAgain } from './read-again.js';

/** Whether a list that does not show a turn proves that it was not run. */
export type Trust = 'full' | 'not yet' | 'never';

/**
 * Judges lists of one conversation: they prove something when the assistant keeps history, and nothing
 * was said since the newest listed message. The assistant is asked until it has answered once.
 */
export function trustFor(
  ports: TurnPorts,
  { assistantId, conversationId }: TurnRequest,
): (history: History, call: CallOptions) => Promise<Trust> {
  const { clock } = ports;
  let assistant: Assistant | undefined;
  const askAssistant = async (call: CallOptions): Promise<Assistant> =>
    (assistant ??= await readAgain((each) => ports.getAssistant(assistantId, each), {
      call,
      clock,
    }));
  return async ({ messages }, call) => {
    try {
      const [{ dataRetention }, conversation] = await Promise.all([
        askAssistant(call),
        readAgain((each) => ports.getConversation(conversationId, each), { call, clock }),
      ]);
      if (!dataRetention) return 'never';
      const times = messages.flatMap((each) => [madeAt(each), instant(each.sentAt)]);
      const listedUntil = Math.max(instant(conversation.createdAt), ...times);
      return instant(conversation.lastMessageAt) > listedUntil ? 'not yet' : 'full';
    } catch (error) {
      if (call.signal.aborted || !(error instanceof AppError)) throw error;
      return 'not yet';
    }
  };
}
