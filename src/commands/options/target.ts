import type { Session } from '../../account/account.js';
import type { Target } from '../../account/sources.js';
import { AppError } from '../../base/errors.js';
import { checkedId } from '../../base/names.js';
import { shellWord } from '../../base/text/sanitize.js';
import type { ValuesOf } from '../../command-line/command.js';
import { onOrOff, text, toggle, texts } from '../../command-line/flag.js';
import {
  newMetadata,
  sharedMetadata,
  checkedName,
  isConversationId,
} from '../../conversations/metadata.js';
import type { TurnRequest } from '../../turn/events.js';
import type { Chooser } from './account.js';

export const DOTENV = text('--dotenv <file>', 'file of settings to read instead of ./.env', {
  completes: 'files',
  // Node itself takes this spelling, wherever it stands: it obeys NODE_OPTIONS in the file.
  alias: '--env-file <file>',
});

/** The assistant to talk to, and the settings to use. */
export function targetFlags(assistant = 'assistant to talk to') {
  return {
    assistant: text('-a, --assistant <id>', `${assistant} (TELNYX_ASSISTANT_ID)`, {
      completes: 'assistants',
    }),
    baseUrl: text('--base-url <url>', 'where the API is (TELNYX_BASE_URL)'),
    profile: text('-p, --profile <name>', 'stored settings to use (TELNYX_PROFILE)', {
      completes: 'profiles',
    }),
    dotenv: DOTENV,
    timeout: text(
      '--timeout <seconds>',
      'longest wait for an answer; up to 30 more to look for a lost turn (TELNYX_CHAT_TIMEOUT; 120)',
    ),
    sandbox: toggle('--sandbox', 'no account needed: a sandbox inside the program answers'),
    wrap: toggle('--no-wrap', 'leave long lines to the terminal'),
  };
}

/** The same for commands that take turns. */
export const TURN_TARGET = {
  ...targetFlags(),
  persist: toggle('--no-persist', 'do not remember the conversation on this machine'),
};

/** The beginning of a command that talks to the same account, for a shell. */
export function programFor({ profile, baseUrl, dotenv, assistant }: GivenTarget): string {
  const flags = { '-p': profile, '--base-url': baseUrl, '--dotenv': dotenv, '-a': assistant };
  const words = Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [name, shellWord(value)],
  );
  return ['telnyx-chat', ...words].join(' ');
}

type GivenTarget = Pick<Target, 'profile' | 'baseUrl' | 'dotenv' | 'assistant'>;

/** For commands that show turns; it is a setting too. */
export const TRACE = onOrOff('--trace', {
  on: 'show the tool calls of each turn (in a chat by default, when the assistant has tools)',
  off: 'do not show tool calls',
});

/** Which stored profile a setting belongs to. */
export function profileFlags(help: string) {
  return { profile: text('-p, --profile <name>', help, { completes: 'profiles' }) };
}

export const TITLE = text('--title <text>', 'name of a new conversation');
export const META = texts('--meta <key=value>', 'metadata of a new conversation (repeatable)');
export const SPEAKER = text('--as <name>', 'name of the person speaking');

/** Which conversation a turn belongs to. */
export const CONVERSATION = {
  conversation: text('--conversation <id|name>', 'continue this conversation', {
    completes: 'conversations',
  }),
  isContinued: toggle(
    '-c, --continue',
    'continue the last conversation of this assistant and profile',
  ),
  shared: texts(
    '--for <key=value>',
    'continue the conversation that has this metadata, or start one with it (repeatable)',
  ),
  title: TITLE,
  meta: META,
  speaker: SPEAKER,
};

export type ConversationChoice = ValuesOf<typeof CONVERSATION>;

type Chosen = Pick<TurnRequest, 'conversationId' | 'created'>;

/**
 * The part of a turn that the flags decide. Throws on flags that contradict each other, before any
 * request. A new conversation, and one given by its id, cost none.
 */
export async function chosenConversation(
  choice: ConversationChoice,
  chooser: Chooser,
): Promise<Chosen & Pick<TurnRequest, 'title' | 'metadata' | 'speaker'>> {
  assertOneWay(choice);
  const { conversation, isContinued, shared, speaker } = choice;
  const title = choice.title === undefined ? undefined : checkedName(choice.title);
  const input = { title, metadata: newMetadata(choice.meta), speaker };
  if (isContinued) return { ...input, conversationId: lastOne(chooser.session.last) };
  if (shared.length > 0) {
    const metadata = sharedMetadata(shared);
    const found = lookup().then(({ findByMetadata }) => findByMetadata(metadata, chooser));
    return { ...input, ...(await unsent(found)) };
  }
  if (conversation === undefined || isConversationId(conversation))
    return { ...input, conversationId: conversation };
  const found = lookup().then(({ findByName }) => findByName(conversation, chooser));
  return { ...input, ...(await unsent(found)) };
}

/** The flags that choose a conversation which may be there already. */
export function waysIn({ conversation, isContinued, shared }: ConversationChoice): string[] {
  return [
    ...(isContinued ? ['--continue'] : []),
    ...(conversation === undefined ? [] : ['--conversation']),
    ...(shared.length === 0 ? [] : ['--for']),
  ];
}

/** A conversation is chosen in one way, and only a new one gets a title and metadata. */
function assertOneWay(choice: ConversationChoice): void {
  const { shared, title, meta } = choice;
  const ways = waysIn(choice);
  if (ways.length > 1) {
    throw new AppError('usage', `${ways.join(' and ')} exclude each other`, {
      hint: 'keep one of them: each chooses the conversation by itself',
    });
  }
  if (ways.length === 0 || (title === undefined && meta.length === 0)) return;
  throw new AppError('usage', '--title and --meta are for a new conversation', {
    hint: `leave out ${shared.length > 0 ? '--for' : '--conversation and --continue'} to start one`,
  });
}

/** Loaded late: most turns need none. */
const lookup = () => import('./account.js');

/** A failed lookup means that nothing was sent. */
async function unsent(found: Promise<Chosen>): Promise<Chosen> {
  try {
    return await found;
  } catch (error) {
    throw error instanceof AppError ? error.with({ delivery: 'not_sent' }) : error;
  }
}

function lastOne(last: Session['last']): string {
  const id = last?.read();
  if (id !== undefined) return checkedId('conversation', id);
  throw new AppError('usage', 'there is no last conversation with this assistant and profile', {
    hint: last
      ? 'start one without --continue'
      : 'conversations are not remembered: --sandbox, --no-persist or the config says so',
  });
}
