import type { ReplyPrinter } from '../chat/ports.js';
import type { Context } from '../process/context.js';
import { write } from '../process/output.js';
import { createSanitizer, sanitizeLine } from '../base/text/sanitize.js';
import type { ReplyEvent } from '../turn/events.js';
import { createReplyText, CUT_OFF, noticeOf } from '../turn/turn-report.js';
import { withSilences } from '../turn/silence.js';
import type { Appearance } from './appearance.js';
import type { Spinner } from './status-line.js';

/**
 * Makes one reply printable: sanitized on a terminal, rendered if it is to be. Ends with a newline.
 * The renderer loads when the first reply is under way.
 */
export async function openReplyPrinter(
  { color, markdown, raw, screenReader, wrap }: Appearance,
  stdout: { isTTY?: boolean; columns?: number },
): Promise<ReplyPrinter> {
  if (raw || (!stdout.isTTY && !markdown)) return untouched();
  const { createReplyRenderer } = await import('./markdown/reply-renderer.js');
  const sanitizer = createSanitizer();
  const renderer = createReplyRenderer({
    width: () => (stdout.isTTY ? stdout.columns || undefined : undefined),
    style: { color, glyphs: !screenReader, plain: !markdown },
    wrap,
  });
  return {
    write: (text) => renderer.write(sanitizer.write(text)),
    end: () => renderer.write(sanitizer.end()) + renderer.end(),
  };
}

/** Passes the text through and ends it with a newline. */
function untouched(): ReplyPrinter {
  let isLineOpen = false;
  return {
    write(text) {
      if (text !== '') isLineOpen = !text.endsWith('\n');
      return text;
    },
    end() {
      const newline = isLineOpen ? '\n' : '';
      isLineOpen = false;
      return newline;
    },
  };
}

export interface RenderedOptions {
  appearance: Appearance;
  /** Turns until the first word, and again when nothing comes; undefined where nothing may move. */
  spinner?: Spinner | undefined;
  /** Whether retries and searches are told. */
  verbose: boolean;
}

/** Prints one reply as a chat would, while it comes. Gives the conversation's id. */
export async function printRendered(
  events: AsyncGenerator<ReplyEvent>,
  { appearance, spinner, verbose }: RenderedOptions,
  context: Pick<Context, 'stdout' | 'stderr' | 'clock'>,
): Promise<string> {
  const { stdout } = context;
  const screen = openReplyScreen(context, spinner);
  spinner?.start();
  let printer = await openReplyPrinter(appearance, stdout);
  const reply = createReplyText();
  let conversationId = '';
  try {
    for await (const event of spinner ? withSilences(events, context.clock) : events) {
      if (event.type === 'silence') {
        spinner?.start();
        continue;
      }
      if (event.type === 'start') ({ conversationId } = event);
      const notice = verbose ? noticeOf(event) : undefined;
      if (notice !== undefined) screen.note(sanitizeLine(notice));
      if (reply.isReplaced(event)) {
        await screen.print(printer.end());
        screen.note(CUT_OFF);
        printer = await openReplyPrinter(appearance, stdout);
      }
      await screen.print(printer.write(reply.next(event)));
    }
  } finally {
    await screen.print(printer.end());
    spinner?.stop();
  }
  return conversationId;
}

interface ReplyScreen {
  print(text: string): Promise<void>;
  /** Prints a line on stderr; an unfinished line of the reply goes on below it. */
  note(line: string): void;
}

function openReplyScreen(
  { stdout, stderr }: Pick<Context, 'stdout' | 'stderr'>,
  spinner: Spinner | undefined,
): ReplyScreen {
  let isLineOpen = false;
  return {
    async print(text) {
      if (text === '') return;
      spinner?.stop();
      await write(stdout, text);
      if (!stdout.isTTY) return;
      spinner?.printed(text);
      isLineOpen = !text.endsWith('\n');
    },
    note(line) {
      spinner?.stop();
      stderr.write(`${isLineOpen ? '\n' : ''}${line}\n`);
      spinner?.printed('\n');
      isLineOpen = false;
    },
  };
}
