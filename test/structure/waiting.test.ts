import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../../src');

/** What makes a program wait: for another program, for a person's choice, for time, for anything else. */
const WAITS: Record<string, RegExp> = {
  program: /\bspawn\(/g,
  picker: /import\('@inquirer\/prompts'\)/g,
  pause: /\.sleep\(/g,
  promise: /new Promise\b/g,
  stream: /for await \(const \w+ of (?:stream|body|incoming)\b/g,
};

const PERSON = 'none: it is the person\u2019s';
const STOP = 'a stop of the program';
const CLOSE = 'closing the server';

/**
 * All that the program waits for, by file and kind of wait: how long at most, and what ends the wait before. A wait
 * that is added needs a line here.
 */
const BOUNDS: Record<string, [bound: string, cancel: string]> = {
  // Programs and people.
  'terminal/external-programs.ts: program': [
    'the editor: none; the clipboard: 5 s',
    'a stop; Ctrl-C',
  ],
  'terminal/external-programs.ts: promise': ['the same', 'the same'],
  'terminal/pager.ts: program': [PERSON, STOP],
  'terminal/pager.ts: promise': [PERSON, STOP],
  'terminal/questions.ts: picker': [PERSON, 'Esc, Ctrl-C, a stop'],
  'terminal/editor/picker.ts: promise': [PERSON, 'Esc, Ctrl-C, a stop'],
  'terminal/editor/input-queue.ts: promise': [PERSON, 'Ctrl-D, Ctrl-C twice, a stop'],
  'terminal/read-text.ts: stream': ['none: stdin; 1 MiB', STOP],
  'store/key-command.ts: program': ['60 s', STOP],
  'store/key-command.ts: promise': ['60 s', STOP],
  'chat/piped-chat.ts: promise': ['none: stdin; counting what is left: 1 s', STOP],
  'chat/piped-chat.ts: pause': ['1 s', 'when all is counted'],
  'process/signals.ts: promise': ['stopped by Ctrl-Z: 0.2 s of its own time', 'SIGCONT'],
  'process/output.ts: promise': ['none: the reader\u2019s', 'the reader goes; 2 s after a stop'],
  // The disk.
  'store/lock.ts: pause': ['5 s for each holder', STOP],
  'store/read-stream.ts: pause': ['5 s for a writer, 60 s for its text', STOP],
  'store/new-file.ts: pause': ['none: a pipe that the person named', STOP],
  'store/new-file.ts: promise': ['none: a pipe that the person named', STOP],
  // Time itself.
  'process/system.ts: promise': ['what is asked for', 'the signal'],
  'base/time.ts: pause': ['the deadline of the call', 'the signal of the call'],
  'base/side-by-side.ts: promise': ['the tasks: of requests, their timeout', 'the tasks\u2019'],
  'base/side-by-side.ts: pause': ['--timeout, 30 s for /search', STOP],
  'conversations/follow.ts: pause': ['10 s at a time', STOP],
  'commands/conversations/watch.ts: pause': ['10 s at a time', STOP],
  'commands/conversations/search.ts: pause': ['20 ms', 'needs none'],
  'base/time.ts: promise': ['none: until a stop', STOP],
  'base/listen.ts: promise': ['the system answers at once', 'needs none'],
  'turn/silence.ts: pause': ['2 s at a time', 'the reply ends, a stop'],
  'turn/turn-tool-calls.ts: pause': ['a few looks, by a deadline', 'the signal of the turn'],
  'turn/failed-send.ts: pause': [
    'the time of the turn and 8 s; up to 30 s while the list is unclear',
    'the signal of the turn',
  ],
  'commands/conversations/insights.ts: pause': ['--timeout', STOP],
  'commands/test/watch.ts: pause': ['none: a change of a file or an assistant', STOP],
  'testing/run/session.ts: pause': [
    '15 s a call; a 429: what it asks for',
    'a stop; 0.8 s after it',
  ],
  'testing/run/take-turn.ts: pause': ['10 s for the messages of a turn', STOP],
  'testing/simulated/run.ts: pause': ['the timeout of the case', STOP],
  'account/assistant-chat.ts: promise': ['one round of the event loop', 'needs none'],
  // The network.
  'api/exchange.ts: promise': ['the timeout of the call; 30 s of silence', 'its signal'],
  'api/caller.ts: stream': ['the timeout of the call', 'its signal'],
  'api/http.ts: promise': ['the timeout of the call; 30 s of silence', 'its signal'],
  'api/probe.ts: promise': ['10 s', STOP],
  // The relay: its callers, Redis.
  'relay/chat/admission.ts: promise': ['--timeout', 'the caller goes; the end of the drain'],
  'relay/server.ts: promise': ['31 s', 'a second signal'],
  'relay/server.ts: pause': ['--drain-delay and 31 s', 'a second signal'],
  'relay/exposure/callers.ts: pause': ['1 s', 'needs none'],
  'relay/operation/log.ts: promise': ['0.5 s', 'needs none'],
  'relay/http/read-body.ts: promise': ['Node\u2019s request timeout; 1 MiB', 'the caller goes'],
  'relay/http/unread-answers.ts: promise': ['a slow reader: the turn\u2019s', 'the caller goes'],
  'relay/coordination/redis/connection.ts: promise': ['2 s for each Sentinel', 'needs none'],
  'relay/coordination/redis/turn-order.ts: promise': [
    'the turn\u2019s deadline',
    'the caller goes',
  ],
  'relay/coordination/in-memory.ts: promise': ['the turn\u2019s', 'the caller goes'],
  // The sandbox.
  'sandbox/faults/turn-kinds.ts: promise': ['a fault that was ordered', CLOSE],
  'sandbox/faults/turn-kinds.ts: pause': ['a fault that was ordered', CLOSE],
  'sandbox/faults/body-kinds.ts: pause': ['a fault that was ordered', 'the client goes'],
  'sandbox/exchange.ts: pause': ['a fault that was ordered', CLOSE],
  'sandbox/send-answer.ts: pause': ['--latency', 'the client goes'],
  'sandbox/server.ts: promise': ['the system answers at once', CLOSE],
  'sandbox/server.ts: stream': ['1 MiB', 'the client goes'],
};

function waitsIn(file: string): string[] {
  const code = readFileSync(join(SOURCES, file), 'utf8').replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '');
  return Object.entries(WAITS)
    .filter(([, sign]) => code.match(sign) !== null)
    .map(([kind]) => `${file}: ${kind}`);
}

it('whatever is waited for has a bound and a cancel', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !file.startsWith('relay/ui/browser/'));
  expect(files.flatMap(waitsIn).sort()).toEqual(Object.keys(BOUNDS).sort());
});
