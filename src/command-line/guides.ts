/**
 * The pages of docs/ by the names that `help` shows them under: a page's own, with `-guide` where a command has
 * that name.
 */
export const GUIDES: Readonly<Record<string, string>> = {
  'chat-guide': 'keys, commands, how replies look, accessibility',
  scripts: 'one turn from a script, JSON, exit codes',
  'conversations-guide': "every channel's threads; take over from the assistant",
  testing: 'conversations as tests, on a laptop and in CI',
  settings: 'keys, profiles, variables, Tab in your shell',
  delivery: 'why a turn is neither doubled nor lost',
  relay: 'the chat over HTTP',
  deploy: 'the relay in production, several replicas',
  'sandbox-guide': 'the API on your own machine, with faults',
  library: 'the client for your own program',
  benchmarks: 'how fast it is, and how that is measured',
  troubleshooting: 'what you see, and what to do',
};

/** The page of a guide: `chat` of `chat-guide`. */
export function pageOf(guide: string): string {
  return guide.replace(/-guide$/, '');
}

/** The guide that a word names, with `-guide` or without; a command of that name comes first. */
export function guideNamed(word: string): string | undefined {
  return Object.keys(GUIDES).find((guide) => pageOf(guide) === pageOf(word));
}
