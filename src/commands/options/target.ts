import { onOrOff, text, toggle } from '../../command-line/flag.js';

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

/** For commands that show turns; it is a setting too. */
export const TRACE = onOrOff('--trace', {
  on: 'show the tool calls of each turn (in a chat by default, when the assistant has tools)',
  off: 'do not show tool calls',
});

/** Which stored profile a setting belongs to. */
export function profileFlags(help: string) {
  return { profile: text('-p, --profile <name>', help, { completes: 'profiles' }) };
}
