import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { LineEditor, Typed } from '../core/line-editor.js';

export interface Streams {
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
}

/** A line editor over readline: the prompt on stderr, replies on stdout. */
export function openChatTerminal({ stdin, stdout, stderr }: Streams): LineEditor {
  const readline = createInterface({ input: stdin, output: stderr, prompt: '> ', terminal: true });
  const queue: Typed[] = [];
  const listeners = new Set<() => void>();
  let waiting: ((typed: Typed) => void) | undefined;
  let isClosed = false;

  const deliver = (typed: Typed): void => {
    if (waiting) waiting(typed);
    else queue.push(typed);
    waiting = undefined;
  };
  readline.on('line', (text) => deliver({ type: 'text', text }));
  readline.on('close', () => {
    isClosed = true;
    deliver({ type: 'end' });
  });
  readline.on('SIGINT', () => {
    if (!waiting) for (const listener of listeners) listener();
    else if (readline.line === '') deliver({ type: 'interrupt' });
    else readline.write(null, { ctrl: true, name: 'u' });
  });

  return {
    read() {
      const next = queue.shift();
      if (next) return Promise.resolve(next);
      if (isClosed) return Promise.resolve({ type: 'end' });
      readline.prompt();
      return new Promise((resolve) => (waiting = resolve));
    },
    restoreDraft: (text) => readline.write(text),
    onInterrupt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    print: (text, to = 'stderr') => (to === 'stdout' ? stdout : stderr).write(text),
    setStatus: (text) => {
      if (text !== undefined) stderr.write(`${text}…\n`);
    },
    suspend: (task) => task(),
    close: () => readline.close(),
  };
}
