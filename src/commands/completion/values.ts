// Loaded late: most completions need no account.
import { assistantCandidates, conversationCandidates } from '../../account/candidates.js';
import type { Context } from '../../process/context.js';
import type { ParsedLine, Candidate } from '../../command-line/candidates.js';
import type { Source } from '../../command-line/flag.js';
import { KNOWN_CHANNELS } from '../../conversations/list.js';
import { CONFIG_KEYS } from '../../settings/config.js';
import { PREFERENCES, profileNames } from '../../settings/settings.js';
import { loadSettings, sourcesOf, type Target } from '../../account/sources.js';
import type { Notices } from '../../account/account.js';
import { withAccount } from '../../account/calls.js';

/** Bound on an answer, in milliseconds: Tab should not hang. */
const ANSWER_MS = 1_500;
/** The part of it for looking up first words. */
const FIRST_WORDS_MS = 300;

/** The values of a source. Throws when it cannot be read. */
export async function valuesOf(
  source: Exclude<Source, 'files'>,
  line: ParsedLine,
  context: Context,
): Promise<Candidate[]> {
  const bounded = boundedContext(context);
  switch (source) {
    case 'conversations':
    case 'assistants':
      return fromAccount(source, targetIn(line), bounded);
    case 'profiles':
      return asCandidates(await profiles(bounded));
    case 'config-keys':
      return asCandidates(CONFIG_KEYS);
    case 'config-values':
      return configValues(line, bounded);
    case 'channels':
      return asCandidates(KNOWN_CHANNELS);
    case 'fault-kinds': {
      const { FAULT_KINDS } = await import('../../sandbox/faults/grammar.js');
      return Object.entries(FAULT_KINDS).map(([name, { about }]) => ({
        value: `${name}:`,
        note: about,
      }));
    }
  }
}

/** Bounds all that is waited for: Telnyx, and a `.env` that is a pipe. */
function boundedContext(context: Context): Context {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(ANSWER_MS)]);
  return Object.create(context, { signal: { value: signal } }) as Context;
}

async function profiles(context: Context): Promise<string[]> {
  const { config, telnyx } = await sourcesOf({}, context);
  return profileNames(config.profiles, telnyx?.profiles());
}

async function configValues(line: ParsedLine, context: Context): Promise<Candidate[]> {
  const [key] = line.operands;
  if (PREFERENCES.some((name) => name === key)) return asCandidates(['true', 'false']);
  if (key !== 'assistant_id') return [];
  return fromAccount('assistants', targetIn(line), context);
}

function asCandidates(values: readonly string[]): Candidate[] {
  return values.map((value) => ({ value, note: '' }));
}

/** The flags on the line that say which account is meant. */
function targetIn({ given }: ParsedLine): Target {
  return {
    assistant: given.get('--assistant'),
    baseUrl: given.get('--base-url'),
    profile: given.get('--profile'),
    dotenv: given.get('--dotenv'),
    sandbox: given.has('--sandbox'),
  };
}

/** Nothing may land in the middle of the line that somebody is typing. */
const SILENCE: Notices = { notify: () => undefined, debug: undefined };

/**
 * Asks Telnyx, if there is a key. None is asked of a command, which may ask the person for something;
 * and what a sandbox would hold is gone when it ends.
 */
async function fromAccount(
  source: 'assistants' | 'conversations',
  target: Target,
  context: Context,
): Promise<Candidate[]> {
  if (target.sandbox || !(await loadSettings(target, context)).apiKey) return [];
  return withAccount(target, { context, notices: SILENCE }, async (account) => {
    const { client, settings } = account;
    const call = { signal: context.signal, timeoutMs: ANSWER_MS };
    if (source === 'assistants') return assistantCandidates(client, call);
    const { openFirstWords } = await import('../../account/first-words.js');
    const firstWords = openFirstWords({ account, context, limitMs: FIRST_WORDS_MS });
    const assistantId = settings.assistantId?.value;
    return conversationCandidates(client, { assistantId, firstWords, call });
  });
}
