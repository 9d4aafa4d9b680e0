import type { Context } from '../context.js';
import { Repl } from '../core/repl.js';
import { settingRows } from '../core/setting-rows.js';
import { runPipedChat } from '../core/piped-chat.js';
import { jsonLine } from '../core/json-line.js';
import { turnJson } from '../core/turn-json.js';
import { readLines, write } from '../terminal/streams.js';
import { errorJson, errorLines } from '../core/error-report.js';
import { checkedMessage } from '../core/message-text.js';
import { type AppError, exitCodeOf } from '../errors.js';
import { openSession, type Session } from '../session.js';
import { turnInput, type ConversationOptions } from './options.js';

export interface ChatOptions extends ConversationOptions {
  keepGoing?: boolean;
}

interface Chat {
  session: Session;
  options: ChatOptions;
  context: Context;
}

/** A chat, with a person or with lines from a pipe. Gives the exit code. */
export async function chat(options: ChatOptions, context: Context): Promise<number> {
  const session = await openSession(options, context);
  try {
    const isInteractive = context.stdin.isTTY === true && context.stderr.isTTY === true;
    const talk = isInteractive ? interactiveChat : pipedChat;
    return await talk({ session, options, context });
  } finally {
    await session.close();
  }
}

async function interactiveChat({ session, options, context }: Chat): Promise<number> {
  const { openChatTerminal } = await import('../terminal/chat-terminal.js');
  const { conversationId, title, metadata, speaker } = turnInput(options, session.last);
  const editor = openChatTerminal(context);
  const repl = new Repl(
    {
      editor,
      clock: context.clock,
      signal: context.signal,
      info: () =>
        settingRows(session.settings).map(({ name, value, origin }) =>
          `${name.padEnd(12)}  ${value ?? '(not set)'}  ${origin ?? ''}`.trimEnd(),
        ),
      takeTurn: (turn, signal) =>
        session.takeTurn(
          { ...turn, text: checkedMessage(turn.text), metadata, speaker, stream: options.stream },
          signal,
        ),
    },
    { conversationId, title },
  );
  let last: string | undefined;
  try {
    last = await repl.run();
  } finally {
    editor.close();
  }
  if (last !== undefined && !options.quiet) context.stderr.write(farewell(last, options.sandbox));
  return 0;
}

/** How to come back; what an embedded sandbox knew is gone with it. */
function farewell(conversationId: string, isSandbox = false): string {
  const id = `conversation: ${conversationId}\n`;
  return isSandbox ? id : `${id}resume: telnyx-chat --conversation ${conversationId}\n`;
}

async function pipedChat({ session, options, context }: Chat): Promise<number> {
  const isJson = options.json ?? options.jsonl ?? false;
  const { conversationId, ...input } = turnInput(options, session.last);
  // Whoever writes to us may go on for ever: when we are done, nobody waits for their lines.
  const leave = (): unknown => context.stdin.destroy();
  const failure = await runPipedChat({
    lines: readLines(context.stdin),
    conversationId,
    takeTurn: (text, id) =>
      session.takeTurn(
        { ...input, conversationId: id, text: checkedMessage(text), stream: false },
        context.signal,
      ),
    show: (turn) => write(context.stdout, isJson ? jsonLine(turnJson(turn)) : `${turn.reply}\n`),
    clock: context.clock,
    signal: context.signal,
    onFailure: options.keepGoing ? (error) => tell(error, isJson, context) : undefined,
  }).finally(leave);
  return failure ? exitCodeOf(failure) : 0;
}

function tell(error: AppError, isJson: boolean, { stderr }: Context): void {
  stderr.write(isJson ? jsonLine(errorJson(error)) : `${errorLines(error).join('\n')}\n`);
}
