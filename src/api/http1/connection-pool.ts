import { Connection, type ConnectionWatch } from './connection.js';
import type { Dial } from './dial.js';

/** For how long an idle connection is kept where the server says nothing, in seconds. */
const KEPT_S = 4;
/** At most, whatever the server says. */
const LONGEST_KEPT_S = 600;
/** So much earlier than the server ends it, in seconds: a request on its way would be lost. */
const SPARE_S = 2;

interface Idle {
  connection: Connection;
  /** By the pool's own count of seconds. */
  until: number;
}

/** Connections to one server: the one used last is taken first, so that those too many fall idle. */
export class ConnectionPool {
  readonly #dial: Dial;
  readonly #all = new Set<Connection>();
  #idle: Idle[] = [];
  /** Counts seconds while connections are idle. */
  #seconds = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #watch: ConnectionWatch = {
    onIdle: (connection, keptSeconds) => this.#keep(connection, keptSeconds),
    onEnd: (connection) => void this.#all.delete(connection),
  };

  constructor(dial: Dial) {
    this.#dial = dial;
  }

  take(): Connection {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (idle.connection.isOpen) return idle.connection;
    }
    const connection = new Connection(this.#dial, this.#watch);
    this.#all.add(connection);
    return connection;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const connection of this.#all) connection.close();
  }

  #keep(connection: Connection, keptSeconds: number | undefined): void {
    const seconds = Math.min((keptSeconds ?? KEPT_S + SPARE_S) - SPARE_S, LONGEST_KEPT_S);
    if (seconds <= 0) {
      connection.destroy();
      return;
    }
    this.#idle.push({ connection, until: this.#seconds + seconds });
    this.#timer ??= setInterval(() => this.#sweep(), 1_000).unref();
  }

  /** Ends what was idle for long enough. */
  #sweep(): void {
    this.#seconds++;
    const isOver = ({ until }: Idle): boolean => until <= this.#seconds;
    for (const { connection } of this.#idle.filter(isOver)) connection.destroy();
    this.#idle = this.#idle.filter((idle) => !isOver(idle));
    if (this.#idle.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
