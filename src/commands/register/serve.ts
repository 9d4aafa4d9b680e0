import type { ServeFlags } from '../serve.js';
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
      .option('--allow-host <name>', 'name under which it may be asked for (repeatable)', collected)
      .option('--origin <origin>', 'page that may use it from a browser (repeatable)', collected)
      .option(
        '--sign-conversations',
        'give each caller conversation ids that no other can use (TELNYX_CHAT_HANDLE_SECRET)',
      )
      .option('--workers <number>', 'processes to serve with', '1')
      .option('--metrics-port <number>', 'loopback port for GET /metrics without a token')
      .addOption(
        command
          .createOption('--log-level <level>', 'what is logged to stderr')
          .choices(['debug', 'info', 'warn', 'error', 'silent'])
          .default('info'),
      )
      .option('--debug', 'log a line about each request to Telnyx too (TELNYX_CHAT_DEBUG)')
      .action(async (flags: ServeFlags) => {
        // What serves is nothing that another command's start should wait for.
        const { serve } = await import('../serve.js');
        await serve(flags, context);
      });
  },
};
