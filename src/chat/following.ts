/** A conversation that the chat follows. */
export interface Following {
  id: string;
  /** Adds a person's message. */
  send(text: string): Promise<void>;
  stop(): void;
}

interface FollowingState {
  following?: Following | undefined;
  conversationId: string | undefined;
}

/** Ends it when the chat has gone on to another conversation. */
export function leaveFollowed({ following, conversationId }: FollowingState): void {
  if (following && following.id !== conversationId) following.stop();
}
