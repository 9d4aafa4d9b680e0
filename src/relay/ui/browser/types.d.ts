/** A message, which is run once: sent again, it carries the same key. */
interface Turn {
  message: string;
  key: string;
}

/** A turn and what stands of it on the page. */
interface ShownTurn extends Turn {
  elements: Element[];
}

/** What the relay answers, in an event or as a body. */
interface Answer {
  conversation_id?: string;
  reply?: string;
  text?: string;
  error?: string;
}

interface Exchange {
  conversationId: string | undefined;
  /** '' for none. */
  token: string;
  signal: AbortSignal;
  onText: (text: string) => void;
  /** The turn runs already, by an earlier try. */
  onWait: () => void;
}

/** What is known of a turn without a reply. */
interface TurnFacts {
  conversationId?: string | undefined;
  isTokenWrong?: boolean;
  mayHaveRun?: boolean;
}
