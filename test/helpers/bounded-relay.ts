import { onTestFinished } from 'vitest';
import type { ReplyEvent } from '../../src/turn/events.js';
import { inMemory } from '../../src/relay/coordination/in-memory.js';
import type { Token } from '../../src/relay/exposure/credentials.js';
import { openLog } from '../../src/relay/operation/log.js';
import { startRelay, type Relay } from '../../src/relay/relay.js';
import type { CallerBounds } from '../../src/relay/server.js';
import { realClock } from './real-clock.js';

/** A relay with bounds that a test can wait for, before an assistant that answers this at once. */
export async function boundedRelay(
  bounds: CallerBounds,
  reply: string,
  { tokens = [], metricsPort }: { tokens?: readonly Token[]; metricsPort?: number } = {},
): Promise<Relay> {
  const clock = realClock();
  const relay = await startRelay(
    {
      host: '127.0.0.1',
      port: 0,
      isLoopback: true,
      allowedHosts: [],
      origins: new Set(),
      tokens,
      rate: undefined,
      maxTurns: 16,
      maxTurnsPerToken: undefined,
      trustedProxies: 0,
      signingSecrets: undefined,
      metrics:
        metricsPort === undefined
          ? undefined
          : { host: '127.0.0.1', port: metricsPort, isLoopback: true },
      drainDelayMs: 0,
      bounds,
    },
    {
      takeTurn: () => answered(reply),
      turnTimeoutMs: 5_000,
      coordination: inMemory(clock),
      upstream: {
        check: () => Promise.resolve(),
        onRequest: () => undefined,
        isCrowded: () => false,
      },
      onManyTurns: () => undefined,
      clock,
      log: openLog(process.stderr, 'silent', clock),
    },
  );
  onTestFinished(() => {
    clock.speedUp(10);
    return relay.drain();
  });
  return relay;
}

async function* answered(reply: string): AsyncGenerator<ReplyEvent> {
  await Promise.resolve();
  const turn = {
    conversationId: 'c-1',
    reply,
    assistantId: 'assistant-1',
    newConversation: true,
    recovered: false,
    timing: { firstTokenMs: 0, totalMs: 0 },
  };
  yield { type: 'done', turn };
}
