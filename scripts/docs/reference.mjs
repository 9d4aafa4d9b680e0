// What the man page and the documentation say that is not in the commands themselves.

export const ABOUT =
  'A conversation id names a thread that Telnyx keeps. Each turn sends only the new words and that id, and is delivered once: when an answer is lost, the conversation is asked before anything is sent again. Replies are printed on stdout, everything else on stderr.';

export const ENVIRONMENT = [
  ['TELNYX_API_KEY', 'The API key. There is no flag for it: command lines can be seen by others.'],
  ['TELNYX_ASSISTANT_ID', 'The assistant to talk to.'],
  ['TELNYX_BASE_URL', 'Where the API is; https://api.telnyx.com/v2 by default.'],
  ['TELNYX_PROFILE', 'The profile of stored settings to use.'],
  ['TELNYX_CHAT_TIMEOUT', 'Longest wait for a whole turn, in seconds; 120 by default.'],
  ['TELNYX_CHAT_HISTORY', 'With 0, nothing that you type is kept.'],
  ['TELNYX_CHAT_STREAM', 'With 0, replies are never streamed.'],
  [
    'TELNYX_CHAT_DEBUG',
    'With 1, each request and each reply prints a line on stderr, never a key or a message.',
  ],
  ['TELNYX_CHAT_CONFIG_DIR', 'The folder for all files of the program.'],
  ['HTTPS_PROXY, NO_PROXY', 'The proxy for requests, and the hosts that are reached without it.'],
  ['NODE_EXTRA_CA_CERTS', 'A file of further certificates to trust.'],
  ['NO_COLOR, FORCE_COLOR, TERM', 'Whether there is colour; TERM=dumb only ever adds plain lines.'],
  ['VISUAL, EDITOR', 'The editor for /edit, Ctrl-G and Ctrl-X.'],
  ['TELNYX_CHAT_PAGER', 'The pager for long lists and for guides, on a terminal.'],
  ['PAGER', 'The same, for other programs too; less by default.'],
  ['PORT', 'The port of serve; 8080 by default.'],
  ['TELNYX_CHAT_TOKEN', 'The tokens that callers of serve show, between spaces or commas.'],
  ['TELNYX_CHAT_HANDLE_SECRET', 'The secret behind the ids of serve --sign-conversations.'],
  ['TELNYX_CHAT_REDIS', 'The Redis or Valkey over which replicas of serve agree.'],
];

export const PREFERENCES = [
  ['persist', 'remember the last conversation on this machine (`true`)'],
  ['history', 'keep what is typed for the next chat (`true`)'],
  ['stream', 'ask for replies piece by piece when a person is reading (`true`)'],
  ['wrap', 'wrap words at the edge of the window (`true`)'],
  ['trace', 'show tool calls; without it, in a chat with an assistant that has tools'],
  ['notify', 'announce a long reply when the window has no focus (`true`)'],
  ['names', 'name new conversations after their first words (`true`)'],
  [
    'cache',
    'list unnamed conversations by their first words, and keep those on this machine (`true`)',
  ],
];

export const FILES = [
  ['~/.config/telnyx-chat/config.json', 'Profiles and preferences, readable by their owner only.'],
  ['~/.local/state/telnyx-chat/', 'The last conversation with each assistant, and what was typed.'],
  ['~/.cache/telnyx-chat/', 'Compiled code, and first words of conversations for lists.'],
  ['./.env', 'Settings of a project, by the names of the environment.'],
  ['~/.config/telnyx/config.json', "Telnyx's own file: its key is used when there is no other."],
];

export const EXIT_STATUS = [
  ['0', 'Done.'],
  ['1', 'The API refused or failed, or a bug.'],
  ['2', 'Wrong usage or bad input; nothing was sent.'],
  ['3', 'Not configured: no key, no assistant.'],
  ['4', 'Key rejected or not allowed (401, 403).'],
  ['5', 'No such assistant or conversation (404).'],
  ['6', 'Rate limited, after retries (429).'],
  ['7', 'Network: not reached, cut off, too late; delivery unknown.'],
  ['8', 'A person has taken the conversation over: AI is disabled.'],
  ['9', '`test`: a case failed.'],
  ['129', 'The terminal was closed (SIGHUP).'],
  ['130, 143', 'Stopped by SIGINT, SIGTERM.'],
];

export const EXAMPLES = [
  ['Chat with the sandbox, without an account:', 'telnyx-chat --sandbox'],
  [
    'Ask once, and go on in the same conversation:',
    'telnyx-chat send "When do you open?"\ntelnyx-chat send --continue "and on weekends?"',
  ],
  ['Ask about what another program prints:', 'git diff | telnyx-chat send "Explain this:" -'],
  ['One conversation, a turn a line:', "printf 'hi\\nand on weekends?\\n' | telnyx-chat"],
  ['Keep a thread for each ticket:', 'telnyx-chat send --for ticket=4711 "any news?"'],
  [
    'Find a phone call of the last two days, and take it over:',
    'telnyx-chat conversations list --channel phone_call --since 2d\ntelnyx-chat conversations takeover <id>',
  ],
  [
    'Serve the chat over HTTP on loopback, and ask it:',
    'telnyx-chat serve --port 8080\ncurl -sS localhost:8080/chat -d \'{"message":"hello"}\' \\\n  -H \'Content-Type: application/json\'',
  ],
  ['Find out what is missing for a first turn:', 'telnyx-chat doctor'],
  [
    'Keep the id of a conversation:',
    'id=$(telnyx-chat send --json hello | jq -r .conversation_id)',
  ],
];
