/** A message, which is run once: sent again, it carries the same key. */
interface Turn {
  message: string;
  key: string;
}

/** A turn and what stands of it on the page. */
interface ShownTurn extends Turn {
  elements: Element[];
  /** Its text is in the field again. */
  isBack?: boolean;
}

/** An answer of the relay, in an event or as a body. */
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

/** The facts about a turn without a reply. */
interface TurnFacts {
  conversationId?: string | undefined;
  isTokenWrong?: boolean;
  mayHaveRun?: boolean;
  /** The message has to be changed, or may be: it was not sent. */
  isRefused?: boolean;
}

/** The assistant, as `/ui/assistant` answers it. */
interface Introduction {
  name?: string;
  greeting?: string;
  has_tools?: boolean;
}

/** As `/ui/tool-calls` answers it. */
interface ToolCall {
  name: string;
  arguments: string;
  result: string | null;
}

/** Of the tokens that marked makes of a text, what is used here. */
interface MarkdownToken {
  type: string;
  raw: string;
  text?: string;
  href?: string;
  lang?: string;
  depth?: number;
  ordered?: boolean;
  start?: number | '';
  checked?: boolean;
  tokens?: MarkdownToken[];
  items?: MarkdownToken[];
  header?: MarkdownCell[];
  rows?: MarkdownCell[][];
}

interface MarkdownCell {
  tokens: MarkdownToken[];
  align: 'left' | 'center' | 'right' | null;
}

declare const marked: {
  lexer(
    text: string,
    options: { gfm: boolean; breaks: boolean },
  ): MarkdownToken[] & { links: Record<string, unknown> };
};
