import type { Command } from 'commander';
import { AppError } from '../errors.js';
import { checkedId } from '../core/ids.js';
import type { TurnInput } from '../core/turn.js';
import type { Session, SessionOptions } from '../session.js';
import { version } from '../version.js';

/** Gives a command the flags that all commands which talk to Telnyx share. */
export function withSessionOptions(command: Command): Command {
  return withVersion(command)
    .option('-a, --assistant <id>', 'assistant to talk to (TELNYX_ASSISTANT_ID)')
    .option('--base-url <url>', 'where the API is (TELNYX_BASE_URL)')
    .option('-p, --profile <name>', 'stored settings to use (TELNYX_PROFILE)')
    .option('--env-file <path>', 'file of settings to read instead of ./.env')
    .option('--timeout <seconds>', 'longest wait for a whole turn (TELNYX_CHAT_TIMEOUT; 120)')
    .option('--sandbox', 'no account needed: a sandbox inside the program answers')
    .option('--no-persist', 'do not remember the conversation on this machine')
    .option('--json', 'print JSON')
    .option('-q, --quiet', 'print nothing but the answer and errors')
    .option('-v, --verbose', 'tell of retries')
    .option('--debug', 'print a line about each request (TELNYX_CHAT_DEBUG)')
    .option('--no-color', 'print without colour (NO_COLOR)');
}

export function withVersion(command: Command): Command {
  return command.version(version, '-V, --version', 'print the version');
}

/** Which conversation a turn belongs to. */
export interface ConversationOptions extends SessionOptions {
  conversation?: string;
  continue?: boolean;
  title?: string;
  meta?: string[];
  as?: string;
  stream: boolean;
}

export function withConversationOptions(command: Command): Command {
  return command
    .option('--conversation <id>', 'go on with this conversation')
    .option('-c, --continue', 'go on with the last conversation of this assistant and profile')
    .option('--title <text>', 'name of a new conversation')
    .option('--meta <key=value>', 'metadata of a new conversation (repeatable)', collected)
    .option('--as <name>', 'name of the person speaking')
    .option('--jsonl', 'print one JSON object a line')
    .option('--no-stream', 'wait for the whole reply');
}

function collected(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** `key=value` pairs as metadata. Throws on a pair without `=`, an empty key and the one key that is ours. */
export function parsedMetadata(pairs: string[] = []): Record<string, string> {
  return Object.fromEntries(pairs.map(parsedPair));
}

function parsedPair(pair: string): [string, string] {
  const [, key, value] = /^([^=]+)=([^]*)$/.exec(pair) ?? [];
  if (key === undefined || value === undefined) {
    throw new AppError('usage', `bad --meta ${JSON.stringify(pair)}`, { hint: 'it looks like --meta ticket=4711' });
  }
  if (key === 'assistant_id') {
    throw new AppError('usage', '--meta cannot set assistant_id: it is always the assistant of the conversation');
  }
  return [key, value];
}

/** The part of a turn that the flags decide. Throws on flags that contradict each other. */
export function turnInput(
  options: ConversationOptions,
  last: Session['last'],
): Pick<TurnInput, 'conversationId' | 'title' | 'metadata' | 'speaker'> {
  const conversationId = chosenConversation(options, last);
  const { title, meta, as: speaker } = options;
  if (conversationId !== undefined && (title !== undefined || meta !== undefined)) {
    throw new AppError('usage', '--title and --meta are for a new conversation', {
      hint: 'leave out --conversation and --continue to begin one',
    });
  }
  return { conversationId, title, metadata: parsedMetadata(meta), speaker };
}

function chosenConversation(
  { conversation, continue: isContinued }: ConversationOptions,
  last: Session['last'],
): string | undefined {
  if (!isContinued) return conversation === undefined ? undefined : checkedId('conversation', conversation);
  if (conversation !== undefined) {
    throw new AppError('usage', '--continue and --conversation exclude each other');
  }
  const id = last?.read();
  if (id !== undefined) return checkedId('conversation', id);
  throw new AppError('usage', 'there is no last conversation with this assistant and profile', {
    hint: last ? 'begin one without --continue' : 'conversations are not remembered: --sandbox, --no-persist or the config says so',
  });
}
