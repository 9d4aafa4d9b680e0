import { AppError } from '../base/errors.js';
import { Deadline, type Clock } from '../base/time.js';
import type { ConversationsApi, Message } from '../conversations/conversation.js';
import { latestMessages } from '../conversations/message-pages.js';
import { turnsIn } from '../conversations/messages.js';
import { toolCallsIn, type ToolCallResult } from '../conversations/transcript.js';
import { isSameText } from './turn-memory.js';

/** A turn whose reply has come. */
export interface FinishedTurn {
  conversationId: string;
  text: string;
  reply: string;
}

/** Bound on finding them, in milliseconds: the next message waits for it. */
const MAX_LOOK_MS = 5_000;
/** A list may lag behind the reply. */
const MAX_LOOKS = 4;
const LOOK_AGAIN_MS = 250;

/** The tool calls of a finished turn, as the conversation's messages show them. */
export async function turnToolCalls(
  api: Pick<ConversationsApi, 'getMessages'>,
  turn: FinishedTurn,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<ToolCallResult[]> {
  const deadline = new Deadline(clock, MAX_LOOK_MS);
  for (let look = 1; ; look++) {
    const messages = await latestMessages((number) =>
      api.getMessages(turn.conversationId, { ...deadline.callOptions(signal), number }),
    );
    const listed = turnsIn(messages).findLast((each) => has(each, 'user', turn.text));
    if (listed && has(listed, 'assistant', turn.reply)) return toolCallsIn(listed);
    if (look === MAX_LOOKS || !deadline.hasRoomFor(LOOK_AGAIN_MS)) {
      if (listed) return toolCallsIn(listed);
      throw new AppError('api', 'the conversation does not list this turn');
    }
    await clock.sleep(LOOK_AGAIN_MS, signal);
  }
}

function has(messages: readonly Message[], role: string, said: string): boolean {
  return messages.some((each) => each.role === role && isSameText(each.text, said));
}
