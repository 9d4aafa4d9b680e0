import { parseJson } from '../base/unicode.js';
import { AppError } from '../base/errors.js';
import type { Assistant, Message } from '../conversations/conversation.js';
import { allMessages, turnsIn } from '../conversations/messages.js';
import { sanitize } from '../text/sanitize.js';
import { turnToolCalls } from '../turn/turn-tool-calls.js';
import {
  callApi,
  cancellable,
  currentConversation,
  notify,
  notifyAsIs,
  type Chat,
} from './chat.js';

/** Decides whether the turns with this assistant show their tool calls. */
export function noteAssistant({ state, ports }: Chat, assistant: Assistant): void {
  // Without history there is no list to find them in.
  state.trace = (ports.trace ?? assistant.hasTools) && assistant.dataRetention;
}

/** Shows the tool calls of the turn that has just ended. Not to know them fails no turn. */
export async function showToolCalls(chat: Chat, text: string): Promise<void> {
  const { state, ports } = chat;
  const { conversationId, trace } = state;
  const reply = state.replies.at(-1);
  if (!trace || conversationId === undefined || reply === undefined) return;
  const turn = { conversationId, text, reply };
  const { api, clock } = ports;
  try {
    // Without a status: the reply is there, and the next message can be typed.
    const calls = await cancellable(chat, undefined, (signal) =>
      turnToolCalls(api, turn, { clock, signal }),
    );
    if (calls.length > 0) notifyAsIs(chat, ...calls.map((call) => ports.toolCallLine(call)));
  } catch (error) {
    if (!(error instanceof AppError) || ports.signal.aborted) throw error;
    const isSkipped = error.kind === 'interrupted';
    notify(chat, isSkipped ? SKIPPED : `the tool calls are not known: ${error.message}`);
  }
}

const SKIPPED = 'cancelled; /trace shows what tools were called, if any';

/** /trace */
export async function showTrace(chat: Chat, argument: string): Promise<void> {
  const back = argument === '' ? 1 : Number(argument);
  if (!Number.isInteger(back) || back < 1) {
    throw new AppError('usage', `bad number ${JSON.stringify(argument)}`, {
      hint: '/trace 2 shows the tool calls of the last turn but one',
    });
  }
  const id = currentConversation(chat);
  const messages = await callApi(chat, (api, call) => allMessages(api.listMessages(id, call)));
  const turns = turnsIn(messages);
  const turn = turns.at(-back);
  if (!turn && back > 1) {
    const count = `${turns.length} ${turns.length === 1 ? 'turn' : 'turns'}`;
    throw new AppError('usage', `the conversation has only ${count}`);
  }
  const lines = traceLines(turn ?? []);
  const which = back === 1 ? 'the last turn' : 'that turn';
  if (lines.length === 0) notify(chat, `${which} called no tools`);
  else notifyAsIs(chat, ...lines);
}

/** The tool calls among messages: name, arguments and results, safe on a terminal. */
function traceLines(messages: readonly Message[]): string[] {
  return messages.flatMap(({ role, text, toolCalls }) => {
    if (role === 'tool') return labelled('result', text);
    return toolCalls.flatMap(({ name, arguments: args }) => labelled(`call ${name}`, args));
  });
}

function labelled(label: string, json: string): string[] {
  const [first = '', ...others] = sanitize(indented(json)).split('\n');
  return [sanitize(`${label}: ${first}`), ...others.map((line) => `  ${line}`)];
}

/** JSON with indentation; any other text as it is. */
function indented(json: string): string {
  try {
    return JSON.stringify(parseJson(json), null, 2);
  } catch {
    return json;
  }
}
