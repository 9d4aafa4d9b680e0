import type { Clock } from '../base/time.js';
import type { ReplyEvent, TurnRequest } from '../turn/events.js';
import type { Call } from './call.js';
import type { ControllerPool } from './chat/controller-pool.js';
import type { Coordination, Rate } from './coordination/coordination.js';
import type { TokenCheck } from './exposure/bearer-tokens.js';
import type { Origins } from './exposure/browser-guards.js';
import type { ConversationIds } from './exposure/signed-ids.js';
import type { BodyReader } from './http/read-body.js';

/** A caller's turn. Without a conversation id it begins a new conversation. */
export type CallerTurn = Pick<TurnRequest, 'conversationId' | 'text' | 'speaker' | 'stream'>;

/** Runs one turn with the assistant. Rejects with AppErrors that say whether it was delivered. */
export type TakeTurn = (input: CallerTurn, signal: AbortSignal) => AsyncIterable<ReplyEvent>;

/** A turn that runs, or waits for earlier turns of its conversation. */
export interface RunningTurn {
  readonly call: Call;
  readonly stop: AbortController;
}

/** The state that all requests to one relay share. */
export interface RelayState {
  readonly takeTurn: TakeTurn;
  readonly coordination: Coordination;
  readonly turnTimeoutMs: number;
  /** Turns at once, including those that wait. */
  readonly maxTurns: number;
  /** Undefined: no token is needed. */
  readonly tokens: TokenCheck | undefined;
  /** Accepted names in the `Host` header; undefined: any. */
  readonly hosts: ReadonlySet<string> | undefined;
  readonly origins: Origins;
  readonly conversationIds: ConversationIds;
  /** For each token, or for each address where there are no tokens; undefined: no limit. */
  readonly rate: Rate | undefined;
  /** Answers `GET /`; undefined: there is no page. */
  readonly showPage: ((call: Call) => void) | undefined;
  readonly clock: Clock;
  readonly metricsText: () => Promise<string>;
  /** Called once for each call, after its response has ended. */
  readonly report: (call: Call, totalMs: number) => void;
  readonly bodies: BodyReader;
  readonly controllers: ControllerPool;
  /** An array, not a Set: V8 frees what was in a Set late, which cost the relay over 10 % of its turns. */
  readonly running: RunningTurn[];
  /** Requests whose responses have not ended yet. */
  unanswered: number;
  /** The relay is ending and accepts no new turns. */
  isDraining: boolean;
}
