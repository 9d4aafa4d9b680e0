import type { RequestReport } from './api/http.js';
import { sanitizeLine } from './core/sanitize.js';

/** One line a request, without keys and messages. */
export function debugLines(notify: (line: string) => void): (report: RequestReport) => void {
  const ms = (name: string, time: number | undefined): string[] =>
    time === undefined ? [] : [`${name} ${time.toFixed(1)} ms`];
  return ({ method, path, outcome, requestId, connectMs, firstByteMs, totalMs }) => {
    const times = [
      ...ms('connect', connectMs),
      ...ms('first byte', firstByteMs),
      ...ms('total', totalMs),
    ];
    const id = requestId === undefined ? '' : ` (request ${requestId})`;
    notify(sanitizeLine(`debug: ${method} ${path} ${outcome}: ${times.join(', ')}${id}`, 1000));
  };
}
