import type { Chat } from './chat.js';

/** A conversation that the chat follows. */
export interface Following {
  id: string;
  /** Adds a person's message. */
  send(text: string): Promise<void>;
  stop(): void;
}

/** Ends it when the chat has gone on to another conversation. */
export function leaveFollowed({ state: { following, conversationId } }: Chat): void {
  if (following && following.id !== conversationId) following.stop();
}
