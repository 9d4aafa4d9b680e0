import { AppError } from '../errors.js';
import type { Clock, ReplyEvent } from './conversation.js';
import { errorLines } from './error-report.js';
import type { LineEditor } from './line-editor.js';
import { createReplyText } from './reply-text.js';
import { createSanitizer } from './sanitize.js';
import { helpLines, parseInput, type ChatInput } from './slash-commands.js';

/** A second Ctrl-C within so many milliseconds leaves. */
const LEAVING_MS = 2_000;

export interface ReplTurn {
  text: string;
  /** Undefined begins a new conversation. */
  conversationId: string | undefined;
  /** For a new conversation. */
  title: string | undefined;
}

export interface ReplPorts {
  editor: LineEditor;
  clock: Clock;
  takeTurn: (turn: ReplTurn, signal: AbortSignal) => AsyncGenerator<ReplyEvent>;
  /** What `/info` shows besides the conversation. */
  info(): string[];
  /** Ends the chat from outside. */
  signal: AbortSignal;
}

/** The chat loop: what the person types in, what they are shown out. */
export class Repl {
  readonly #ports: ReplPorts;
  #conversationId: string | undefined;
  #title: string | undefined;
  #interruptedAt = -Infinity;

  constructor(
    ports: ReplPorts,
    start: { conversationId?: string | undefined; title?: string | undefined } = {},
  ) {
    this.#ports = ports;
    this.#conversationId = start.conversationId;
    this.#title = start.title;
  }

  /** Runs until the person leaves; gives the conversation they were in, if there was one. */
  async run(): Promise<string | undefined> {
    const { editor } = this.#ports;
    for (;;) {
      const typed = await editor.read();
      if (typed.type === 'end') break;
      if (typed.type === 'interrupt') {
        if (this.#isSecondInterrupt()) break;
        continue;
      }
      if (typed.text.trim() === '') continue;
      if ((await this.#obey(parseInput(typed.text))) === 'leave') break;
    }
    return this.#conversationId;
  }

  #isSecondInterrupt(): boolean {
    const now = this.#ports.clock.monotonic();
    if (now - this.#interruptedAt <= LEAVING_MS) return true;
    this.#interruptedAt = now;
    this.#tell('to leave, press Ctrl-C again or Ctrl-D');
    return false;
  }

  async #obey(input: ChatInput): Promise<'leave' | undefined> {
    if (input.type === 'message') await this.#turn(input.text);
    else if (input.type === 'unknown') this.#tell(unknownCommand(input));
    else if (input.name === 'exit') return 'leave';
    else if (input.name === 'help') this.#tell(...helpLines());
    else if (input.name === 'info') this.#tell(...this.#infoLines());
    else this.#begin(input.argument);
    return undefined;
  }

  #begin(title: string): void {
    this.#conversationId = undefined;
    this.#title = title === '' ? undefined : title;
    this.#tell('a new conversation begins with your next message');
  }

  #infoLines(): string[] {
    return [
      `conversation  ${this.#conversationId ?? '(begins with your first message)'}`,
      ...this.#ports.info(),
    ];
  }

  async #turn(text: string): Promise<void> {
    const { editor, signal } = this.#ports;
    const cancel = new AbortController();
    const stopListening = editor.onInterrupt(() =>
      cancel.abort(new AppError('interrupted', 'cancelled')),
    );
    editor.setStatus('waiting for the assistant');
    try {
      await this.#showReply(text, AbortSignal.any([signal, cancel.signal]));
    } catch (error) {
      if (!(error instanceof AppError) || signal.aborted) throw error;
      this.#tell(...errorLines(error));
      if (error.details.delivery !== 'unknown' || error.kind === 'interrupted')
        editor.restoreDraft(text);
    } finally {
      editor.setStatus(undefined);
      stopListening();
    }
  }

  async #showReply(text: string, signal: AbortSignal): Promise<void> {
    const { editor, takeTurn } = this.#ports;
    const turn = { text, conversationId: this.#conversationId, title: this.#title };
    const reply = createReplyText();
    const sanitizer = createSanitizer();
    let isLineOpen = false;
    try {
      for await (const event of takeTurn(turn, signal)) {
        if (event.type === 'start') this.#conversationId = event.conversationId;
        const shown = sanitizer.write(reply.next(event));
        if (shown === '') continue;
        editor.setStatus(undefined);
        editor.print(shown, 'stdout');
        isLineOpen = !shown.endsWith('\n');
      }
    } finally {
      const rest = sanitizer.end();
      if (isLineOpen || rest !== '') editor.print(`${rest}\n`, 'stdout');
    }
  }

  #tell(...lines: string[]): void {
    this.#ports.editor.print(`${lines.join('\n')}\n`, 'stderr');
  }
}

function unknownCommand({ name, nearest }: Extract<ChatInput, { type: 'unknown' }>): string {
  const hint = nearest ? `did you mean /${nearest}?` : '/help shows the commands';
  return `unknown command /${name}: ${hint} (to send it as text, begin with a space)`;
}
