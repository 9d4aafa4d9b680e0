import type { Chat, ChatState, OfferedCommands } from '../../chat/chat.js';
import { promptOf } from '../../chat/prompt.js';
import type { Context } from '../../process/context.js';
import { openChatTerminal, openWindowTitle } from '../../terminal/chat-terminal.js';
import type { Questions } from '../../terminal/questions.js';
import { paintFor } from '../../terminal/styles.js';
import {
  chatPorts,
  completionFor,
  historyFor,
  type ChatPortsOptions,
  type CompleteDraft,
} from './chat-ports.js';
import type { Prose } from './output.js';

export interface OpenChatOptions extends Omit<ChatPortsOptions, 'editor' | 'windowTitle'> {
  lines: Lines;
  /** Keeps and offers nothing of what is typed. */
  isTemporary: boolean;
  /** Tab; by default commands, conversations and assistants. */
  complete?: CompleteDraft;
  notify: boolean;
  hasTextAbove: boolean;
  /** All unless given. */
  commands?: OfferedCommands;
}

/** A chat at a prompt. */
export interface OpenChat {
  chat: Chat;
  /** Takes the prompt off the screen, and gives the window its title back. */
  close: () => void;
}

/** Opens a prompt and the window's title; lines then go above the prompt. */
export function openChat(state: ChatState, options: OpenChatOptions): OpenChat {
  const { account, context, appearance, lines, isTemporary, notify, hasTextAbove } = options;
  const { commands } = options;
  const windowTitle = openWindowTitle(context, appearance);
  const editor = openChatTerminal(context, appearance, {
    history: isTemporary ? undefined : historyFor(account.settings, context, lines.print),
    complete: options.complete ?? completionFor(account, () => state.assistantId, context),
    notify,
    stopProcess: () => windowTitle.without(context.stop),
    prompt: promptOf(state, paintFor(appearance)),
    hasTextAbove,
  });
  lines.through((line) => editor.print(`${line}\n`, 'stderr'));
  return {
    chat: {
      state,
      ports: chatPorts({ ...options, editor, windowTitle }),
      ...(commands && { commands }),
    },
    close: () => {
      editor.close();
      windowTitle.close();
      lines.through(undefined);
    },
  };
}

type Print = (line: string) => void;

/** Lines on stderr around a chat: before its prompt is there, above it, and after it. */
export interface Lines {
  /** Wrapped at the window's edge. */
  print: Print;
  printAsIs: Print;
  /** While there is a prompt, lines go above it. */
  through(print: Print | undefined): void;
  /** Whether a line or a question is on the screen already. */
  readonly hasText: boolean;
  /** The same questions; an asked one is text on the screen. */
  noting(questions: Questions): Questions;
}

export function linesTo({ stderr }: Pick<Context, 'stderr'>, prose: Prose): Lines {
  let above: Print | undefined;
  let hasText = false;
  const noted = <Answer>(answer: Answer): Answer => {
    hasText = true;
    return answer;
  };
  const printAsIs = (line: string): void => {
    hasText = true;
    if (above) above(line);
    else stderr.write(`${line}\n`);
  };
  return {
    print: (line) => printAsIs(prose(line)),
    printAsIs,
    through(next) {
      above = next;
    },
    get hasText() {
      return hasText;
    },
    noting: (questions) => ({
      choose: (...args) => noted(questions.choose(...args)),
      confirm: (...args) => noted(questions.confirm(...args)),
      secret: (...args) => noted(questions.secret(...args)),
    }),
  };
}
