import type { CallOptions } from '../../base/time.js';
import type { FinishedTurn } from '../../turn/turn-tool-calls.js';

/** The assistant, as the page introduces it. */
export interface Introduction {
  /** '' when it has none, as the greeting. */
  name: string;
  greeting: string;
  /** Whether a turn may have called tools. */
  hasTools: boolean;
}

export interface ShownToolCall {
  name: string;
  /** JSON, as the model wrote it. */
  arguments: string;
  /** Null when it is not known. */
  result: string | null;
}

/** What the page asks of Telnyx beside the turns. Both reject with AppErrors. */
export interface PagePorts {
  introduction(call: CallOptions): Promise<Introduction>;
  toolCalls(turn: FinishedTurn, signal: AbortSignal): Promise<readonly ShownToolCall[]>;
}
