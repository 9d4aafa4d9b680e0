import type { Context } from '../../process/context.js';
import { sanitize } from '../../text/sanitize.js';
import {
  ANY_TRANSCRIPT_ENDING,
  formatByName,
  openTranscript,
  type Transcript,
  type TranscriptFormat,
} from '../../conversations/transcript.js';
import { AppError } from '../../base/errors.js';
import { isSilent } from '../../account/account.js';
import { paged, type Print } from '../../terminal/pager.js';
import { openProgress } from '../../terminal/progress.js';
import { assertFree, writeNewFile } from '../../store/new-file.js';
import type { ExportFlags } from './options.js';
import { messagesOf, withConversation, type Referred } from './reference.js';

/** A conversation as a file, or on stdout. */
export async function exportConversation(
  idOrName: string,
  flags: ExportFlags,
  context: Context,
): Promise<void> {
  const target = targetOf(flags, context);
  const format = givenFormat(flags) ?? (target ? formatOf(target.file) : 'md');
  if (target) await assertFree(target);
  await withConversation(idOrName, { flags, context }, async (referred) => {
    const exported = { ...referred, flags, context, transcript: openTranscript(format) };
    if (!target) return toStdout(exported);
    const file = { ...target, id: context.randomId() };
    const path = await writeNewFile(file, context, (print) => writeTo(print, exported));
    if (!isSilent(flags)) context.stderr.write(`saved to ${sanitize(path)}\n`);
  });
}

function givenFormat({ json, format }: ExportFlags): TranscriptFormat | undefined {
  if (!json || format === undefined || format === 'json') return json ? 'json' : format;
  throw new AppError('usage', `--json and --format ${format} exclude each other`, {
    hint: 'leave one out',
  });
}

/** By the ending of a file's name; Markdown when it has none. */
function formatOf(file: string): TranscriptFormat {
  const format = formatByName(file);
  if (format) return format;
  if (!/[^/\\]\.[^./\\]+$/.test(file)) return 'md';
  throw new AppError('usage', `cannot save as ${JSON.stringify(file)}`, {
    hint: `the name must end with ${ANY_TRANSCRIPT_ENDING}, unless --format is given`,
  });
}

/** What stands for stdout, which is written to as it is, and not opened again. */
const STDOUT: readonly string[] = ['-', '/dev/stdout', '/dev/fd/1'];

/** The file to write; undefined: stdout. */
function targetOf({ output, force = false }: ExportFlags, { cwd }: Context) {
  if (output === undefined || STDOUT.includes(output)) return undefined;
  return { cwd, file: output, force };
}

interface Exported extends Referred {
  flags: ExportFlags;
  context: Context;
  transcript: Transcript;
}

/** Made safe on a terminal, untouched in a pipe. */
function toStdout(exported: Exported): Promise<void> {
  const { context, flags } = exported;
  return paged(context, flags.pager, (print) =>
    writeTo(context.stdout.isTTY ? (text) => print(sanitize(text)) : print, exported),
  );
}

async function writeTo(print: Print, exported: Exported): Promise<void> {
  const { id, ask, flags, context, transcript } = exported;
  const isToTerminal = context.stdout.isTTY === true && flags.output === undefined;
  const isWatched = context.stderr.isTTY === true && !isToTerminal && !isSilent(flags);
  const progress = openProgress(context, isWatched);
  let count = 0;
  try {
    const conversation = await ask((client, call) => client.getConversation(id, call));
    await print(transcript.begin(conversation));
    for await (const { messages, total } of messagesOf(id, ask, context)) {
      await print(messages.map(transcript.message).join(''));
      count += messages.length;
      progress.show(`${count}${total === undefined ? '' : ` of ${total}`} messages`);
    }
    await print(transcript.end());
  } finally {
    progress.end();
  }
}
