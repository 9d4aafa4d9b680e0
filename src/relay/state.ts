import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock, Signal } from '../base/time.js';
import type { ReplyEvent, TurnRequest } from '../turn/events.js';
import type { Admission } from './chat/admission.js';
import type { Coordination, Rate, RateLimits, TurnStop } from './coordination/coordination.js';
import type { ConversationIds, TokenCheck } from './exposure/credentials.js';
import type { BodyReader } from './http/read-body.js';
import type { UnreadAnswers } from './http/unread-answers.js';
import type { Log } from './operation/log.js';
import type { UpstreamAccess } from './operation/upstream.js';

/** One request to the relay and its response. */
export interface Call {
  /** In the log and in the response's `X-Request-Id`. */
  readonly id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The caller sends the body only after a `100 Continue`. */
  readonly expectsContinue: boolean;
  /** Reading of the monotonic clock. */
  readonly startedAt: number;
  readonly facts: CallFacts;
  /** The relay's answers that wait for slow readers. */
  readonly unread: UnreadAnswers;
  /** Called when the caller leaves before the end of the answer. */
  onLeave?: (() => void) | undefined;
  /**
   * Set by the chat route when the turn goes on without its caller, because of an idempotency key. The call is
   * reported when both this and the response have ended. Never rejects.
   */
  turnEnd?: Promise<void>;
}

/** Facts for the log and the metrics, each set by the step that learns it. */
export interface CallFacts {
  /** The address of the caller. */
  remote?: string | undefined;
  /** The path, if it is one of the relay's. */
  route?: string;
  /** The name of the token, where there are tokens. */
  caller?: string;
  /** The API's id of the conversation. */
  conversationId?: string | undefined;
  /** Of the turn; that of a streamed answer was sent before the turn could fail. */
  status?: number;
  /** Time spent waiting for earlier turns of the conversation, in milliseconds. */
  waitedMs?: number;
  /** Time to the first piece of a streamed reply, in milliseconds. */
  firstTokenMs?: number;
  /** Refused because the caller asks too often. */
  isRateLimited?: boolean;
  /** The answer is the stored one of an earlier request with the same idempotency key. */
  isReplay?: boolean;
  /** The caller was cut off, as the slowest reader when too much waited for all of them. */
  isCutOff?: boolean;
  /** For the log only: callers never see it. */
  error?: unknown;
  /** To be redacted from the log. */
  message?: string;
  /** The part of the reply that has arrived; to be redacted from the log. */
  reply?: string | undefined;
}

/** A caller's turn. Without a conversation id it begins a new conversation. */
export type CallerTurn = Pick<
  TurnRequest,
  'conversationId' | 'text' | 'speaker' | 'stream' | 'traceparent'
>;

/** Runs one turn with the assistant. Rejects with AppErrors that say whether it was delivered. */
export type TakeTurn = (input: CallerTurn, signal: Signal) => AsyncIterable<ReplyEvent>;

/** A turn that runs, or waits for earlier turns of its conversation. */
export interface RunningTurn {
  readonly call: Call;
  readonly stop: TurnStop;
}

export type Handler = (call: Call, state: RelayState) => Promise<void> | void;

/** Handlers by path and method. */
export type Routes = Readonly<Record<string, Readonly<Record<string, Handler>>>>;

/** Settings on which the answer to a request depends. */
export interface RequestSettings {
  readonly isLoopback: boolean;
  /** Whose pages may use the relay; `*` for all. */
  readonly origins: ReadonlySet<string>;
  /** For each token, or for each address where there are no tokens; undefined: no limit. */
  readonly rate: Rate | undefined;
  /** Turns at once, including those that wait. */
  readonly maxTurns: number;
  /** Of one token; undefined: no limit of its own. */
  readonly maxTurnsPerToken: number | undefined;
  /** The client's address is that many from the right of `X-Forwarded-For`; 0: it is the connection's. */
  readonly trustedProxies: number;
  /** The time in which new connections are accepted after the relay is told to end, in milliseconds. */
  readonly drainDelayMs: number;
}

/** The parts of the program with which requests are answered. */
export interface RequestServices {
  readonly takeTurn: TakeTurn;
  readonly turnTimeoutMs: number;
  readonly coordination: Coordination;
  readonly clock: Clock;
  readonly log: Log;
}

/** The state that all requests to one relay share. */
export interface RelayState extends RequestSettings, RequestServices {
  readonly admission: Admission;
  /** Wrong tokens, by address. */
  readonly guesses: RateLimits;
  /** Undefined: no token is needed. */
  tokens: TokenCheck | undefined;
  /** Accepted names in the `Host` header; undefined: any. */
  readonly hosts: ReadonlySet<string> | undefined;
  readonly conversationIds: ConversationIds;
  /** Beside those that every relay has: those of the page, where there is one. */
  readonly moreRoutes: Routes;
  readonly metricsText: () => Promise<string>;
  /** Called once for each call, after its response has ended. */
  readonly report: (call: Call, totalMs: number) => void;
  readonly bodies: BodyReader;
  /** An array, not a Set: V8 frees what was in a Set late, which cost the relay over 10 % of its turns. */
  readonly running: RunningTurn[];
  /** Turns that wait for earlier ones of their conversations. */
  waiting: number;
  readonly access: UpstreamAccess;
  /** Requests whose responses have not ended yet. */
  unanswered: number;
  /** The relay was told to end. What still arrives is served. */
  isDraining: boolean;
  /** Each response leaves its connection open for another request. */
  keepsConnections: boolean;
  /** The turns are stopped, and no new ones begin. */
  isEnding: boolean;
  /** While it drains: when a response last ended or a connection came, by the monotonic clock. */
  lastAnswerAt: number;
  readonly connections: Set<Socket>;
}
