import type { Message } from '../conversation.js';
import { sanitize } from '../sanitize.js';

/** The tool calls among messages: name, arguments and results, safe on a terminal. */
export function traceLines(messages: readonly Message[]): string[] {
  return messages.flatMap(({ role, text, toolCalls }) => {
    if (role === 'tool') return labelled('result', text);
    return toolCalls.flatMap(({ name, arguments: args }) => labelled(`call ${name}`, args));
  });
}

function labelled(label: string, json: string): string[] {
  const [first = '', ...others] = sanitize(indented(json)).split('\n');
  return [sanitize(`${label}: ${first}`), ...others.map((line) => `  ${line}`)];
}

/** JSON for people; anything else as it is. */
function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
