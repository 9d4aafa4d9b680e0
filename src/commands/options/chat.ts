import type { GroupValues } from '../../command-line/command.js';
import { toggle } from '../../command-line/flag.js';
import { CONVERSATION } from './conversation.js';
import { APPEARANCE, TURN_OUTPUT } from './output.js';
import { TRACE, TURN_TARGET } from './target.js';

/** The flags of a chat, which the program's own help shows too, without loading a chat. */
export const CHAT_FLAGS = {
  target: { ...TURN_TARGET, trace: TRACE },
  output: TURN_OUTPUT,
  conversation: CONVERSATION,
  appearance: APPEARANCE,
  ending: { temporary: toggle('--temporary', 'delete the conversation when the chat ends') },
  piped: { keepsGoing: toggle('--keep-going', 'with piped lines: continue after a failed turn') },
};

export type ChatValues = GroupValues<typeof CHAT_FLAGS>;
