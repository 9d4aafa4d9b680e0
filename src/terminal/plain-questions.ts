import type { Choice } from '../chat/ports.js';
import { openLineEditor } from './editor/line-editor.js';
import { matching, type DialogStreams, type Questions } from './questions.js';

interface PlainOptions {
  pasteMarks: boolean;
}

/** Questions as lines that are only ever added: choices have numbers, answers are typed. */
export function plainQuestions(streams: DialogStreams, options: PlainOptions): Questions {
  const ask = (prompt: string, hidden = false): Promise<string | undefined> =>
    answerTo(prompt, streams, { ...options, hidden });
  return {
    async choose(question, choices) {
      let offered = choices;
      for (;;) {
        streams.stderr.write(`${question}\n${numbered(offered)}`);
        const answer = await ask('number, or words to search for: ');
        if (answer === undefined) return undefined;
        const chosen = offered[Number(answer) - 1];
        if (chosen) return chosen.value;
        const found = matching(choices, answer);
        if (found.length === 1) return found[0]?.value;
        if (found.length === 0) streams.stderr.write('nothing has these words\n');
        offered = found.length === 0 ? choices : found;
      }
    },
    async confirm(question) {
      const answer = await ask(`${question} (y/N) `);
      return answer === undefined ? undefined : /^y(es)?$/i.test(answer);
    },
    secret: (question) => ask(`${question} `, true),
  };
}

function numbered(choices: readonly Choice[]): string {
  return choices.map(({ label }, index) => `${index + 1}. ${label}\n`).join('');
}

/** One typed line; undefined when the person would rather not. */
async function answerTo(
  prompt: string,
  { stdin, stderr, clock, signal }: DialogStreams,
  options: PlainOptions & { hidden: boolean },
): Promise<string | undefined> {
  const streams = { input: stdin, output: stderr, stdout: stderr, clock };
  const editor = openLineEditor({ ...streams, prompt, screenReader: true, ...options });
  const end = (): void => editor.close();
  signal.addEventListener('abort', end, { once: true });
  try {
    const typed = await editor.read();
    signal.throwIfAborted();
    return typed.type === 'text' ? typed.text.trim() : undefined;
  } finally {
    signal.removeEventListener('abort', end);
    editor.close();
  }
}
