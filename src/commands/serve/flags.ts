import { choice, count, text, texts, toggle } from '../../command-line/flag.js';

export const MAX_PORT = 65_535;

/** Access and limits. */
export const EXPOSURE = {
  tokens: texts(
    '--token <token>',
    'token that callers show (TELNYX_CHAT_TOKEN, which others on the machine cannot see; repeatable)',
  ),
  tokenFile: text('--token-file <path>', 'file of more such tokens, one a line', {
    completes: 'files',
  }),
  isOpen: toggle('--insecure', 'serve everyone who can reach a port that is not on loopback'),
  rateLimit: count(
    '--rate-limit <number>',
    'turns a minute for each token, or each address without any',
    { min: 1, max: 9_999_999 },
  ),
  maxTurns: count('--max-turns <number>', 'turns at once, those that wait included', {
    min: 1,
    max: 9_999_999,
    default: 1024,
  }),
  maxTurnsPerToken: count('--max-turns-per-token <number>', 'turns at once of one token', {
    min: 1,
    max: 9_999_999,
  }),
  trustedProxies: count(
    '--trust-proxy <number>',
    'proxies in front: the client is that many from the right of X-Forwarded-For',
    { max: 10, default: 0 },
  ),
  allowedHosts: texts('--allow-host <name>', 'name under which it may be asked for (repeatable)'),
  origins: texts('--origin <origin>', 'page that may use it from a browser (repeatable)'),
  signs: toggle(
    '--sign-conversations',
    'give each caller conversation ids that no other can use (TELNYX_CHAT_HANDLE_SECRET)',
  ),
};

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** Address, Redis, metrics and log. */
export const SERVICE = {
  host: { ...text('--host <address>', 'address to listen on'), default: '127.0.0.1' },
  port: count('--port <number>', 'port to listen on; 0 takes a free one (PORT; 8080)', {
    max: MAX_PORT,
  }),
  redis: text(
    '--redis <url>',
    'Redis or Valkey over which replicas agree on order, keys and limits (TELNYX_CHAT_REDIS)',
  ),
  redisCa: text('--redis-ca <path>', 'authorities that sign the certificate of the Redis (PEM)', {
    completes: 'files',
  }),
  redisCert: text('--redis-cert <path>', 'certificate that the Redis asks of its clients (PEM)', {
    completes: 'files',
  }),
  redisKey: text('--redis-key <path>', 'its private key (PEM)', { completes: 'files' }),
  redisPrefix: {
    ...text('--redis-prefix <text>', 'prefix of every key and channel there'),
    default: 'telnyx-chat:',
  },
  metricsPort: count(
    '--metrics-port <number>',
    'port of its own for GET /metrics, without a token',
    {
      max: MAX_PORT,
    },
  ),
  metricsHost: text('--metrics-host <address>', 'address for --metrics-port'),
  logLevel: choice('--log-level <level>', 'what is logged to stderr', {
    choices: LOG_LEVELS,
    default: 'info',
  }),
  drainDelay: count(
    '--drain-delay <seconds>',
    'how long new connections are accepted after it is told to end',
    { max: 600, default: 0 },
  ),
  hasPage: toggle('--ui', 'serve a page at / to try the chat in a browser'),
};
