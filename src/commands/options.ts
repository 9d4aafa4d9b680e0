import type { Context } from '../context.js';
import { AppError } from '../errors.js';
import { checkedId } from '../core/ids.js';
import type { TurnInput } from '../core/delivery/turn.js';
import { appearanceOf, type Appearance, type Format } from '../terminal/appearance.js';
import type { Session, SessionOptions } from '../session.js';

/** Which conversation a turn belongs to. */
export interface ConversationOptions extends SessionOptions {
  conversation?: string;
  continue?: boolean;
  title?: string;
  meta?: string[];
  as?: string;
  stream: boolean;
}

/** How things look. */
export interface AppearanceFlags {
  format?: Format;
  raw?: boolean;
  screenReader?: boolean;
  color: boolean;
}

/** How replies are shown. */
export interface ReadingOptions extends ConversationOptions, AppearanceFlags {}

export interface ChatOptions extends ReadingOptions {
  keepGoing?: boolean;
}

/** What `--raw` means, to whoever asked for it on a terminal. */
export const RAW_WARNING = 'warning: --raw lets replies control this terminal';

export function appearanceFor(options: AppearanceFlags, context: Context): Appearance {
  const { env, stdout, stderr } = context;
  const { color, screenReader, format, raw } = options;
  const streams = { stdoutIsTTY: stdout.isTTY === true, stderrIsTTY: stderr.isTTY === true };
  return appearanceOf({ env, ...streams, color, screenReader, format, raw });
}

/** `key=value` pairs as metadata. Throws on a pair without `=`, an empty key and the one key that is ours. */
export function parsedMetadata(pairs: string[] = []): Record<string, string> {
  return Object.fromEntries(pairs.map(parsedPair));
}

function parsedPair(pair: string): [string, string] {
  const [, key, value] = /^([^=]+)=([^]*)$/.exec(pair) ?? [];
  if (key === undefined || value === undefined) {
    throw new AppError('usage', `bad --meta ${JSON.stringify(pair)}`, {
      hint: 'it looks like --meta ticket=4711',
    });
  }
  if (key === 'assistant_id') {
    throw new AppError(
      'usage',
      '--meta cannot set assistant_id: it is always the assistant of the conversation',
    );
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
  if (!isContinued)
    return conversation === undefined ? undefined : checkedId('conversation', conversation);
  if (conversation !== undefined) {
    throw new AppError('usage', '--continue and --conversation exclude each other');
  }
  const id = last?.read();
  if (id !== undefined) return checkedId('conversation', id);
  throw new AppError('usage', 'there is no last conversation with this assistant and profile', {
    hint: last
      ? 'begin one without --continue'
      : 'conversations are not remembered: --sandbox, --no-persist or the config says so',
  });
}
