import type { Account } from '../../account/account.js';
import type { Target } from '../../account/sources.js';
import type { AssistantChat } from '../../account/assistant-chat.js';
import { AppError } from '../../base/errors.js';
import { retrying, Deadline } from '../../base/time.js';
import { errorLines } from '../../base/text/error-report.js';
import { sanitizeLine } from '../../base/text/sanitize.js';
import type { ChatState } from '../../chat/chat.js';
import { foundOrUndefined } from '../../conversations/find.js';
import type { Context } from '../../process/context.js';
import type { ReplyEvent } from '../../turn/events.js';
import { programFor } from '../options/target.js';

export const TEMPORARY_NOTICE = 'temporary: the conversation is deleted when the chat ends';

/** Bound on deleting all of them, in milliseconds: somebody waits for the end. */
const MAX_DELETE_MS = 5_000;

/** The conversations that a chat has started, which are deleted when it ends. */
export class TemporaryConversations {
  readonly #account: Account;
  readonly #context: Context;
  readonly #target: Target;
  readonly #all = new Set<string>();
  /** Not deleted yet, and not reported either. */
  readonly #left = new Set<string>();

  constructor(account: Account, context: Context, target: Target) {
    this.#account = account;
    this.#context = context;
    this.#target = target;
    const { signal, stderr } = context;
    // A closed terminal would end the process before anything is deleted.
    signal.addEventListener('abort', () => context.outliveReader(), { once: true });
    context.onExit(() => {
      for (const id of this.#left) stderr.write(`not deleted: ${safe(id)}\n${this.#wayOut(id)}\n`);
    });
  }

  has(id: string): boolean {
    return this.#all.has(id);
  }

  /** The account, with turns that note the conversations that they start. */
  get account(): Account {
    const account = this.#account;
    return { ...account, chatWith: (assistantId) => this.#noting(account.chatWith(assistantId)) };
  }

  /** Each failure names a conversation that is still there, and how to delete it. */
  async deleteAll(): Promise<{ deleted: number; failures: AppError[] }> {
    this.#context.outliveReader();
    const deadline = new Deadline(this.#context.clock, MAX_DELETE_MS);
    const ids = [...this.#left];
    const failures = (await Promise.all(ids.map((id) => this.#delete(id, deadline)))).flat();
    return { deleted: ids.length - failures.length, failures };
  }

  #noting(chat: AssistantChat): AssistantChat {
    return { ...chat, takeTurn: (input, signal) => this.#watch(chat.takeTurn(input, signal)) };
  }

  async *#watch(events: AsyncGenerator<ReplyEvent>): AsyncGenerator<ReplyEvent> {
    for await (const event of events) {
      if (event.type === 'start' && event.newConversation) {
        this.#all.add(event.conversationId);
        this.#left.add(event.conversationId);
      }
      yield event;
    }
  }

  async #delete(id: string, deadline: Deadline): Promise<AppError[]> {
    // The program's own signal may have ended the chat; this has to go on.
    const retry = { clock: this.#context.clock, signal: new AbortController().signal, deadline };
    try {
      const { client } = this.#account;
      await foundOrUndefined(retrying((call) => client.deleteConversation(id, call), retry));
      return [];
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const message = `the conversation was not deleted: ${error.message}`;
      return [error.but({ message, hint: this.#wayOut(id), conversationId: id })];
    } finally {
      this.#left.delete(id);
    }
  }

  #wayOut(id: string): string {
    const program = programFor({ ...this.#target, assistant: undefined });
    return `${program} conversations delete ${safe(id)} deletes it`;
  }
}

export interface EndChatOptions {
  target: Target;
  account: Account;
  context: Context;
  own: TemporaryConversations | undefined;
  /** Fits lines to the window. */
  prose: (text: string) => string;
  quiet: boolean;
  /** The failure that ends the chat. Its report names its conversation. */
  failure: unknown;
}

/** Deletes temporary conversations, or says how to resume the last one. */
export async function endChat(
  { conversationId }: Pick<ChatState, 'conversationId'>,
  { target, account, context, own, prose, quiet, failure }: EndChatOptions,
): Promise<void> {
  const { stderr } = context;
  const { deleted, failures } = (await own?.deleteAll()) ?? { deleted: 0, failures: [] };
  for (const failure of failures) stderr.write(`${prose(errorLines(failure).join('\n'))}\n`);
  if (quiet) return;
  const what = deleted === 1 ? 'the conversation was' : `${deleted} conversations were`;
  if (deleted > 0) stderr.write(`${what} deleted\n`);
  if (conversationId === undefined || own?.has(conversationId)) return;
  const id = safe(conversationId);
  // A sandbox in this process takes its conversations with it.
  const resume = account.isSandbox ? '' : `resume: ${programFor(target)} --conversation ${id}\n`;
  const isNamed = failure instanceof AppError && failure.details.conversationId === conversationId;
  stderr.write(`${isNamed ? '' : `conversation: ${id}\n`}${resume}`);
}

function safe(id: string): string {
  return sanitizeLine(id);
}
