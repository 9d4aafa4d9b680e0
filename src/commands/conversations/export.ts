import { AppError } from '../../base/errors.js';
import { sanitize } from '../../base/text/sanitize.js';
import { defineCommand, type ValuesOf } from '../../command-line/command.js';
import { choice, text, toggle } from '../../command-line/flag.js';
import {
  ANY_TRANSCRIPT_ENDING,
  formatByName,
  TRANSCRIPT_FORMATS,
  type TranscriptFormat,
} from '../../conversations/transcript.js';
import type { Context } from '../../process/context.js';
import { assertFree, writeNewFile } from '../../store/new-file.js';
import { paged, type Print } from '../../terminal/pager.js';
import { openProgress } from '../../terminal/status-line.js';
import { openAnyTranscript } from '../../testing/recording/open-transcript.js';
import { isWatched, PAGED_OUTPUT, proseLines, REDACT, redactorFor } from '../options/output.js';
import {
  CONVERSATIONS_TARGET,
  maskedTranscript,
  printTranscript,
  REFERENCE,
  withConversation,
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
    await withConversation(reference, { target, output }, context, async (named) => {
      const redactor = await redactorFor(file.redact);
      const transcript = maskedTranscript(await openAnyTranscript(format), redactor);
      const isToTerminal = context.stdout.isTTY === true && destination === undefined;
      const progress = openProgress(context, !isToTerminal && isWatched(context, output));
      const printing = {
        warn: await proseLines(target, context),
        onPrinted: (count: number, total: number | undefined) =>
          progress.show(() => `${count}${total === undefined ? '' : ` of ${total}`} messages`),
      };
      const exportTo = (print: Print): Promise<void> =>
        printTranscript(named, transcript, { ...printing, print });
      let path: string | undefined;
      try {
        path = await exported(exportTo, { destination, isPaged: output.pager, context });
      } finally {
        progress.end();
      }
      if (path !== undefined) named.notices.notify(`saved to ${path}`);
      if (redactor) named.notices.notify(redactor.summary());
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

interface ExportOptions {
  destination: ReturnType<typeof destinationOf>;
  isPaged: boolean;
  context: Context;
}

/** Gives the path of the file. To stdout, made safe on a terminal and untouched in a pipe. */
async function exported(
  exportTo: (print: Print) => Promise<void>,
  { destination, isPaged, context }: ExportOptions,
): Promise<string | undefined> {
  if (destination) {
    return writeNewFile({ ...destination, id: context.randomId() }, context, exportTo);
  }
  await paged(context, isPaged, (print) =>
    exportTo(context.stdout.isTTY ? (text) => print(sanitize(text)) : print),
  );
  return undefined;
}
