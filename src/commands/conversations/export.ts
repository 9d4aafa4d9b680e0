import { AppError } from '../../base/errors.js';
import { sanitize } from '../../base/text/sanitize.js';
import { defineCommand, type ValuesOf } from '../../command-line/command.js';
import { choice, text, toggle } from '../../command-line/flag.js';
import {
  ANY_TRANSCRIPT_ENDING,
  formatByName,
  redactedTranscript,
  TRANSCRIPT_FORMATS,
  type Transcript,
  type TranscriptFormat,
} from '../../conversations/transcript.js';
import type { Context } from '../../process/context.js';
import { assertFree, writeNewFile } from '../../store/new-file.js';
import { paged, type Print } from '../../terminal/pager.js';
import { openProgress } from '../../terminal/status-line.js';
import { openAnyTranscript } from '../../testing/recording/open-transcript.js';
import {
  isWatched,
  noticesOn,
  PAGED_OUTPUT,
  proseLines,
  REDACT,
  redactorFor,
} from '../options/output.js';
import {
  CONVERSATIONS_TARGET,
  messagesOf,
  REFERENCE,
  withConversation,
  type NamedConversation,
} from './reference.js';

const FILE = {
  format: choice('--format <format>', "by default the file's ending says it, else md", {
    choices: TRANSCRIPT_FORMATS,
  }),
  output: text('-o, --output <file>', 'a new file in place of stdout', { completes: 'files' }),
  force: toggle('--force', 'replace a file that is there'),
  redact: REDACT,
};

type FileValues = ValuesOf<typeof FILE>;

/** A conversation as a file, or on stdout. */
export const exportConversation = defineCommand({
  arguments: REFERENCE,
  flags: { target: CONVERSATIONS_TARGET, output: PAGED_OUTPUT, file: FILE },
  async run({ operands: [reference = ''], target, output, file }, context) {
    const destination = destinationOf(file, context);
    const format =
      givenFormat(output.json, file.format) ?? (destination ? formatOf(destination.file) : 'md');
    if (destination) await assertFree(destination);
    const notices = await noticesOn(context, { ...target, ...output });
    await withConversation(reference, { target, context, notices }, async (named) => {
      const isToTerminal = context.stdout.isTTY === true && destination === undefined;
      const hasProgress = !isToTerminal && isWatched(context, output);
      const warn = await proseLines(target, context);
      const plain = await openAnyTranscript(format);
      const redactor = await redactorFor(file.redact);
      const transcript = redactor ? redactedTranscript(plain, redactor) : plain;
      const exported = { ...named, context, warn, hasProgress, transcript };
      if (destination) {
        const newFile = { ...destination, id: context.randomId() };
        const path = await writeNewFile(newFile, context, (print) => writeTo(print, exported));
        notices.notify(`saved to ${path}`);
      } else await toStdout(exported, output.pager);
      if (redactor) notices.notify(redactor.summary());
    });
  },
});

function givenFormat(
  json: boolean,
  format: TranscriptFormat | undefined,
): TranscriptFormat | undefined {
  if (!json || format === undefined || format === 'json') return json ? 'json' : format;
  throw new AppError('usage', `--json and --format ${format} exclude each other`, {
    hint: 'leave one out',
  });
}

/** The format by the ending of the file's name; Markdown without an ending. */
function formatOf(file: string): TranscriptFormat {
  const format = formatByName(file);
  if (format) return format;
  if (!/[^/\\]\.[^./\\]+$/.test(file)) return 'md';
  throw new AppError('usage', `cannot save as ${JSON.stringify(file)}`, {
    hint: `the name must end with ${ANY_TRANSCRIPT_ENDING}, unless --format is given`,
  });
}

/** Names for stdout, which is written to directly instead of being opened again. */
const STDOUT: readonly string[] = ['-', '/dev/stdout', '/dev/fd/1'];

/** The file to write; undefined: stdout. */
function destinationOf({ output, force }: FileValues, context: Context) {
  if (output === undefined || STDOUT.includes(output)) return undefined;
  return { place: context, file: output, force };
}

interface Exported extends NamedConversation {
  context: Context;
  warn: (line: string) => void;
  transcript: Transcript;
  /** Whether somebody sees progress on stderr. */
  hasProgress: boolean;
}

/** Made safe on a terminal, untouched in a pipe. */
function toStdout(exported: Exported, isPaged: boolean): Promise<void> {
  const { context } = exported;
  return paged(context, isPaged, (print) =>
    writeTo(context.stdout.isTTY ? (text) => print(sanitize(text)) : print, exported),
  );
}

async function writeTo(print: Print, exported: Exported): Promise<void> {
  const { id, ask, context, warn, transcript, hasProgress } = exported;
  const progress = openProgress(context, hasProgress);
  let count = 0;
  try {
    const conversation = await ask((client, call) => client.getConversation(id, call));
    await print(transcript.begin(conversation));
    for await (const { messages, total } of messagesOf(id, ask, warn)) {
      await print(messages.map(transcript.message).join(''));
      count += messages.length;
      progress.show(() => `${count}${total === undefined ? '' : ` of ${total}`} messages`);
    }
    await print(transcript.end());
  } finally {
    progress.end();
  }
}
