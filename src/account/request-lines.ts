import type { RequestReport } from '../api/http.js';
import { sanitizeLine } from '../text/sanitize.js';

/** One line a request for `--debug`, without keys and messages. */
export function requestLines(print: (line: string) => void): (report: RequestReport) => void {
  return ({ method, path, outcome, requestId, connectMs, firstByteMs, totalMs }) => {
    const times = [
      ...timeOf('connect', connectMs),
      ...timeOf('first byte', firstByteMs),
      ...timeOf('total', totalMs),
    ];
    const id = requestId === undefined ? '' : ` (request ${requestId})`;
    print(sanitizeLine(`debug: ${method} ${path} ${outcome}: ${times.join(', ')}${id}`, 1000));
  };
}

function timeOf(name: string, ms: number | undefined): string[] {
  return ms === undefined ? [] : [`${name} ${ms.toFixed(1)} ms`];
}
