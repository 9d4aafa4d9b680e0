import { openAccount, type Account } from '../account/account.js';
import { AppError } from '../base/errors.js';
import { aborted } from '../base/time.js';
import { defineCommand } from '../command-line/command.js';
import { toggle } from '../command-line/flag.js';
import type { Context } from '../process/context.js';
import { keepLargeHeapSmall, keepToOneCore } from '../process/v8-flags.js';
import { write } from '../process/output.js';
import type { Coordination } from '../relay/coordination/coordination.js';
import type { Log } from '../relay/operation/log.js';
import type { UpstreamRequest } from '../relay/operation/upstream.js';
import type { Relay, Upstream } from '../relay/relay.js';
import type { TakeTurn } from '../relay/state.js';
import type { PagePorts } from '../relay/ui/page.js';
import { requireAssistant } from '../settings/resolve.js';
import { loadFailedSend, takeTurn } from '../turn/turn.js';
import type { TurnRequest } from '../turn/events.js';
import { TurnMemory } from '../turn/turn-memory.js';
import { noticesTo } from './options/output.js';
import { targetFlags } from './options/target.js';
import { EXPOSURE, SERVICE } from './serve/flags.js';
import { openRedis, reloadCertificates } from './serve/redis.js';
import { relaySettings, type ServeSettings, startEntry } from './serve/settings.js';

/** Serves until SIGINT or SIGTERM, and then finishes the turns that run. */
export const serve = defineCommand({
  description:
    'Serves the chat over HTTP, for applications and pages that must not hold the key: POST /chat with {"message", "conversation_id"?}.',
  flags: {
    target: targetFlags(),
    exposure: EXPOSURE,
    service: SERVICE,
    output: {
      debug: toggle('--debug', 'log a line about each request to Telnyx too (TELNYX_CHAT_DEBUG)'),
    },
  },
  async run({ target, exposure, service, output }, context) {
    const settings = await relaySettings({ ...exposure, ...service }, target, context);
    await keepToOneCore();
    const { openLog } = await import('../relay/operation/log.js');
    const log = openLog(context.stderr, settings.logLevel, context.clock);
    context.onExit(log.flush);
    const { createUndiciTransport } = await import('../api/undici-transport.js');
    const { ReadBudget } = await import('../api/read-budget.js');
    const budget = new ReadBudget();
    const toLog = (line: string): void => log.info({}, line);
    const upstream = upstreamReports();
    const account = await openAccount(target, {
      context,
      notices: noticesTo({ notify: toLog, debug: toLog }, output, context.env),
      openTransport: (options) => createUndiciTransport({ ...options, budget }),
      onRequest: upstream.report,
      // It draws its random numbers many at a time, which suits a process that needs many.
      randomId: () => crypto.randomUUID(),
    });
    try {
      requireAssistant(account.settings);
      const { onRequest } = upstream;
      const load = { onRequest, isCrowded: () => budget.isCrowded };
      await serveUntilStopped({ settings, context, log, account, load });
    } finally {
      await account.close();
      await log.settled();
      log.flush();
    }
    const { reason } = context.signal as { reason: unknown };
    if (reason instanceof AppError && reason.kind !== 'terminated') throw reason;
  },
});

interface ServeOptions {
  settings: ServeSettings;
  context: Context;
  log: Log;
  account: Account;
  load: Pick<Upstream, 'onRequest' | 'isCrowded'>;
}

async function serveUntilStopped({
  settings,
  context,
  log,
  account,
  load,
}: ServeOptions): Promise<void> {
  const { clock, signal, stdout } = context;
  const { startRelay } = await import('../relay/relay.js');
  const { inMemory } = await import('../relay/coordination/in-memory.js');
  const { redis } = settings;
  const shared = redis && (await openRedis(redis, { clock, log }));
  const coordination = shared ?? inMemory(clock);
  const takeTurn = turnsOf(account, coordination);
  const turnTimeoutMs = account.settings.timeoutMs.value;
  try {
    const page = settings.hasPage ? pagePorts(account) : undefined;
    const upstream = { check: accessCheck(account, signal), ...load };
    const services = {
      ...{ takeTurn, turnTimeoutMs, coordination, upstream, clock, log, page },
      onManyTurns: () => void keepLargeHeapSmall(),
    };
    const relay = await startRelay(settings, services);
    try {
      context.onReload?.(() => {
        void reloadTokens(settings, relay, log);
        if (redis && shared) reloadCertificates(redis, shared, log);
      });
      const entry = { url: relay.url, node: context.nodeVersion };
      log.info(startEntry(settings, account.settings, entry), 'started');
      await write(stdout, `relay: ${relay.url}\n`);
      loadFailedSend();
      await aborted(signal);
    } finally {
      await relay.drain();
    }
  } finally {
    await coordination.close();
  }
}

/** Reads the tokens again on SIGHUP. What is wrong with them leaves those that were known. */
async function reloadTokens(
  { readTokens, tokens: before }: ServeSettings,
  relay: Relay,
  log: Log,
): Promise<void> {
  try {
    const tokens = await readTokens();
    // Without tokens from the start, everyone is served.
    if (before.length > 0) relay.useTokens(tokens);
    log.info({ tokens: tokens.length }, 'read the tokens again');
  } catch (error) {
    log.error({ problem: (error as Error).message }, 'could not read the tokens again');
  }
}

/** Tells of requests to Telnyx whoever listens by then. */
function upstreamReports() {
  let listener: (request: UpstreamRequest) => void = () => undefined;
  return {
    report: (request: UpstreamRequest): void => listener(request),
    onRequest: (given: typeof listener): void => void (listener = given),
  };
}

/** Bound on the call that checks the key, in milliseconds. */
const CHECK_MS = 5_000;

function accessCheck({ client, settings }: Account, signal: AbortSignal) {
  const assistantId = requireAssistant(settings);
  return () => client.getAssistant(assistantId, { signal, timeoutMs: CHECK_MS });
}

function turnsOf({ client, settings }: Account, { isShared }: Coordination): TakeTurn {
  const assistantId = requireAssistant(settings);
  const timeoutMs = settings.timeoutMs.value;
  const mayStream = settings.stream.value;
  // With many callers, remembering texts of other conversations costs time and finds almost nothing.
  const own = new TurnMemory({ ofOthers: false });
  return (input, signal) => {
    // A replica does not know what others have said, so its memory must not outlast one turn.
    const memory = isShared ? new TurnMemory({ ofOthers: false }) : own;
    // Without a spread, which is slow at thousands of turns a second.
    const { conversationId, text, speaker, traceparent } = input;
    const stream = input.stream && mayStream;
    const turn: TurnRequest = { assistantId, conversationId, text, speaker, stream, traceparent };
    return takeTurn(client, turn, { signal, timeoutMs, memory });
  };
}

/** The requests of the page to Telnyx, besides the turns. */
function pagePorts({ client, settings }: Account): PagePorts {
  const assistantId = requireAssistant(settings);
  return {
    async introduction(call) {
      const { name, greeting, hasTools } = await client.getAssistant(assistantId, call);
      return { name, greeting, hasTools };
    },
    async toolCalls(turn, signal) {
      const { turnToolCalls } = await import('../turn/turn-tool-calls.js');
      return turnToolCalls(client, turn, { clock: client.clock, signal });
    },
  };
}
