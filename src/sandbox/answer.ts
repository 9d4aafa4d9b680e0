/** One event of a streamed reply. */
export interface StreamEvent {
  event: 'delta' | 'done' | 'error';
  data: unknown;
}

export interface WholeAnswer {
  type: 'whole';
  status: number;
  headers: Record<string, string>;
  /** '' for no body at all. */
  body: string;
}

export interface StreamAnswer {
  type: 'stream';
  events: StreamEvent[];
  /** Milliseconds that the deltas share out among themselves. */
  spreadMs: number;
  /** How the answer stops after its last event: `reset` breaks the connection off. */
  ending: 'end' | 'reset';
}

/** What a request gets; `reset` is a connection broken off without a byte. */
export type Answer = WholeAnswer | StreamAnswer | { type: 'reset' };

export function json(body: unknown, status = 200): WholeAnswer {
  const headers = { 'content-type': 'application/json' };
  return { type: 'whole', status, headers, body: JSON.stringify(body) };
}

export function empty(status: number, headers: Record<string, string> = {}): WholeAnswer {
  return { type: 'whole', status, headers, body: '' };
}

export function isSuccess(answer: Answer): boolean {
  return answer.type === 'stream' || (answer.type === 'whole' && answer.status < 300);
}
