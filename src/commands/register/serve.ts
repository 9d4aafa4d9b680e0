import { serve, type ServeFlags } from '../serve.js';
import type { CommandEntry } from './entry.js';
import { collected, withAccountOptions } from './flags.js';

export const serveEntry: CommandEntry = {
  name: 'serve',
  summary: 'serve the chat over HTTP: GET /health, POST /chat',
  define(command, { context }) {
    withAccountOptions(command)
      .description(
        'Serves the chat over HTTP, for applications and pages that must not hold the key: POST /chat with {"message", "conversation_id"?}.',
      )
      .option('--host <address>', 'address to listen on', '127.0.0.1')
      .option('--port <number>', 'port to listen on; 0 takes a free one (PORT; 8080)')
      .option(
        '--token <token>',
        'token that callers show (TELNYX_CHAT_TOKEN, which others on the machine cannot see; repeatable)',
        collected,
      )
      .option('--token-file <path>', 'file of such tokens, one a line')
      .option('--insecure', 'serve everyone who can reach a port that is not on loopback')
      .option('--rate-limit <number>', 'turns a minute for each token, or each address without any')
      .option('--max-turns <number>', 'turns at once, those that wait included', '1024')
      .option('--ui', 'serve a page at / to try the chat in a browser')
      .action((flags: ServeFlags) => serve(flags, context));
  },
};
