import type { Command } from 'commander';
import type { ServeFlags } from '../serve.js';
import type { CommandEntry } from './entry.js';
import { collected, withTargetOptions } from './flags.js';

export const serveEntry: CommandEntry = {
  name: 'serve',
  summary: 'serve the chat over HTTP: GET /health, POST /chat',
  define(command, { context }) {
    withExposureOptions(withTargetOptions(command))
      .description(
        'Serves the chat over HTTP, for applications and pages that must not hold the key: POST /chat with {"message", "conversation_id"?}.',
      )
      .option('--host <address>', 'address to listen on', '127.0.0.1')
      .option('--port <number>', 'port to listen on; 0 takes a free one (PORT; 8080)')
      .option(
        '--redis <url>',
        'Redis or Valkey over which replicas agree on order, keys and limits (TELNYX_CHAT_REDIS)',
      )
      .option('--redis-prefix <text>', 'before the name of all that is kept there', 'telnyx-chat:')
      .option('--metrics-port <number>', 'loopback port for GET /metrics without a token')
      .addOption(
        command
          .createOption('--log-level <level>', 'what is logged to stderr')
          .choices(['debug', 'info', 'warn', 'error', 'silent'])
          .default('info'),
      )
      .option('--debug', 'log a line about each request to Telnyx too (TELNYX_CHAT_DEBUG)')
      .option('--ui', 'serve a page at / to try the chat in a browser')
      .action(async (flags: ServeFlags) => {
        const { serve } = await import('../serve.js');
        await serve(flags, context);
      });
  },
};

/** Who is served, and how much. */
function withExposureOptions(command: Command): Command {
  return command
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
    );
}
