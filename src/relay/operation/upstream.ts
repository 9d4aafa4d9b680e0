import { AppError } from '../../base/errors.js';
import type { Clock } from '../../base/time.js';
import type { Log } from './log.js';

/** One request to Telnyx, when it has ended. */
export interface UpstreamRequest {
  method: string;
  path: string;
  /** HTTP status, or the kind of failure. */
  status: string;
  totalMs: number;
}

export const OPERATIONS = [
  'chat',
  'list_messages',
  'get_assistant',
  'create_conversation',
  'get_conversation',
] as const;

/** The operation of a request, by a name without ids. */
export function operationOf({
  method,
  path,
}: Pick<UpstreamRequest, 'method' | 'path'>): (typeof OPERATIONS)[number] {
  if (path.endsWith('/chat')) return 'chat';
  if (path.endsWith('/messages')) return 'list_messages';
  if (path.includes('/ai/assistants/')) return 'get_assistant';
  return method === 'POST' ? 'create_conversation' : 'get_conversation';
}

/** Between two checks of the key, in milliseconds. */
const CHECK_MS = 10_000;

export interface AccessOptions {
  /** A cheap call with the key; rejects when it fails. */
  check: () => Promise<unknown>;
  clock: Pick<Clock, 'monotonic'>;
  log: Pick<Log, 'error' | 'info'>;
}

/**
 * Whether Telnyx accepts the key. One caller's refused turn may be a matter of its conversation, so after a 401 or
 * 403 the key is checked by a call of its own.
 */
export class UpstreamAccess {
  readonly #options: AccessOptions;
  #problem: string | undefined;
  #checkedAt = -Infinity;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** Why no turn can succeed; undefined as far as is known. */
  get problem(): string | undefined {
    if (this.#problem !== undefined) this.check();
    return this.#problem;
  }

  note({ status }: UpstreamRequest): void {
    if (status === '401' || status === '403') this.check();
  }

  /** Checks the key in the background, unless it was checked a moment ago. */
  check(): void {
    const { check, clock } = this.#options;
    const now = clock.monotonic();
    if (now - this.#checkedAt < CHECK_MS) return;
    this.#checkedAt = now;
    check().then(
      () => this.#settle(undefined),
      (error: unknown) => {
        const refused = refusalIn(error);
        if (refused !== undefined) this.#settle(refused);
      },
    );
  }

  #settle(problem: string | undefined): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    const { log } = this.#options;
    if (problem === undefined) log.info('Telnyx accepts the key');
    else log.error({ problem }, 'no turn can succeed');
  }
}

/** A failure that says nothing of the key leaves all as it was. */
function refusalIn(error: unknown): string | undefined {
  const status = error instanceof AppError ? error.details.status : undefined;
  if (status === 401) return 'Telnyx refuses the key (401)';
  if (status === 403) return 'Telnyx does not let the key use the assistant (403)';
  return status === 404 ? 'Telnyx knows no such assistant (404)' : undefined;
}
