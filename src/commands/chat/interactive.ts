// Loaded late: a piped chat needs no terminal.
import type { Account } from '../../account/account.js';
import { wrapsWords } from '../../account/sources.js';
import { newState, notify } from '../../chat/chat.js';
import { runChat } from '../../chat/loop.js';
import type { Context } from '../../process/context.js';
import { keepMemorySmall } from '../../process/v8-flags.js';
import type { Appearance } from '../../terminal/appearance.js';
import { questionsOn } from '../../terminal/questions.js';
import { loadFailedSend } from '../../turn/turn.js';
import type { ChatValues } from '../options/chat.js';
import { chosenConversation } from '../options/target.js';
import {
  appearanceFor,
  isSilent,
  noticesTo,
  RAW_WARNING,
  tracePreference,
  proseOn,
  type Prose,
} from '../options/output.js';
import { linesTo, openChat, type Lines } from '../options/open-chat.js';
import { accountFor, assistantFor, type Setup, introduce } from './opening.js';
import { endChat, TEMPORARY_NOTICE, TemporaryConversations } from './ending.js';

/** A chat with a person at a terminal. Gives the exit code. */
export async function interactiveChat(values: ChatValues, context: Context): Promise<number> {
  await keepMemorySmall();
  const { target, output } = values;
  const prose = await proseOn(context.stderr, { ...target, ...values.appearance }, context);
  const wrap = wrapsWords(target.wrap, context);
  const appearance = appearanceFor({ ...output, ...values.appearance, wrap }, context);
  const lines = linesTo(context, prose);
  if (appearance.raw) lines.print(RAW_WARNING);
  const setup: Setup = {
    target,
    context,
    questions: lines.noting(questionsOn(context, appearance)),
    print: lines.print,
    notices: noticesTo({ notify: lines.print, debug: lines.printAsIs }, output, context.env),
  };
  const account = await accountFor(setup);
  if (!account) return 0;
  try {
    const assistantId = await assistantFor(account, setup);
    if (assistantId === undefined) return 0;
    const own = values.ending.temporary
      ? new TemporaryConversations(account, context, target)
      : undefined;
    const chosen = { account: own?.account ?? account, assistantId };
    await converse(values, { context, appearance, prose, own, ...chosen, lines });
    return 0;
  } finally {
    await account.close();
  }
}

interface ConverseOptions {
  context: Context;
  appearance: Appearance;
  prose: Prose;
  account: Account;
  assistantId: string;
  own: TemporaryConversations | undefined;
  lines: Lines;
}

async function converse(values: ChatValues, options: ConverseOptions): Promise<void> {
  const { output } = values;
  const { context, account, assistantId, own, lines } = options;
  const session = { ...account, ...account.chatWith(assistantId) };
  const chosen = await chosenConversation(values.conversation, { session, context });
  const { conversationId, title, speaker, metadata, created } = chosen;
  const trace = tracePreference(account.settings, output);
  const state = newState({ assistantId, conversationId, title, speaker, trace: trace === true });
  const { stream, verbose: isVerbose } = output;
  const { chat, close } = openChat(state, {
    ...{ ...options, metadata, stream, trace, isVerbose },
    isTemporary: own !== undefined,
    notify: account.settings.notify.value,
    hasTextAbove: lines.hasText,
  });
  const leaving = new AbortController();
  let failure: unknown;
  try {
    const signal = AbortSignal.any([context.signal, leaving.signal]);
    if (own && !isSilent(output)) notify(chat, TEMPORARY_NOTICE);
    if (!isSilent(output)) void introduce(chat, created ? undefined : conversationId, signal);
    loadFailedSend();
    await runChat(chat);
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    leaving.abort();
    if (own) context.outliveReader();
    close();
    await endChat(state, { ...options, target: values.target, quiet: output.quiet, failure });
  }
}
