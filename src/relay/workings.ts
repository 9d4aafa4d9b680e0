import type { Clock } from '../base/time.js';
import type { Call } from './call.js';
import type { StopSignals } from './chat/stop-signals.js';
import type { TakeTurn } from './chat/run-turn.js';
import type { Coordination, Rate } from './coordination/coordination.js';
import type { TokenCheck } from './exposure/bearer-tokens.js';
import type { Handles } from './exposure/handles.js';
import type { Origins } from './exposure/origins.js';
import type { BodyReader } from './http/read-body.js';
import type { RunningTurns } from './running-turns.js';
import type { Page } from './ui/page.js';

/** What all requests to one relay share. */
export interface Workings {
  takeTurn: TakeTurn;
  coordination: Coordination;
  /** For one turn, in milliseconds. */
  turnTimeoutMs: number;
  /** So many turns at once, those that wait included. */
  mostTurns: number;
  /** None: everyone is served. */
  tokens: TokenCheck | undefined;
  /** Names under which it may be asked for; any without. */
  hosts: ReadonlySet<string> | undefined;
  origins: Origins;
  handles: Handles;
  /** Of one caller: by token, else by address. None: as much as there is room for. */
  rate: Rate | undefined;
  /** To try the chat with; none: there is nothing at `/`. */
  page: Page | undefined;
  clock: Clock;
  metricsText: () => Promise<string>;
  /** Told when an answer is out, or its caller gone. */
  onAnswered: (call: Call, totalMs: number) => void;
  bodies: BodyReader;
  stops: StopSignals;
  running: RunningTurns;
  /** Requests whose answers are not out yet. */
  unanswered: number;
  /** No new turns: the relay is about to end. */
  isDraining: boolean;
}
