import type { Claim, Coordination, Lease, OpenRecord, RecordKey } from '../coordination.js';
import type { Channel } from './channel.js';
import { Line } from './line.js';
import type { Question } from './messages.js';

export interface ViaPrimary extends Coordination {
  /** Of all workers. */
  metricsText: () => Promise<string>;
}

/** What a worker knows by asking its primary. */
export function viaPrimary(channel: Channel): ViaPrimary {
  const line = new Line(channel);
  return {
    isShared: true,
    turns: { enter: (conversationId, signal) => enter(line, conversationId, signal) },
    records: { claim: (key) => claim(line, key) },
    limits: {
      take: async (caller, rate) => Number(await line.ask({ op: 'take', caller, rate }).reply),
    },
    metricsText: async () => String(await line.ask({ op: 'metrics' }).reply),
    check: () => line.check(),
    close: () => Promise.resolve(),
  };
}

function enter(line: Line, conversationId: string, signal: AbortSignal): Promise<Lease> {
  if (signal.aborted) return Promise.reject(signal.reason as Error);
  return new Promise((resolve, reject) => {
    const { seq, reply } = line.ask({ op: 'enter', conversationId });
    const leave = (): void => line.tell({ op: 'leave', of: seq });
    const giveUp = (): void => {
      leave();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    const settled = (): void => signal.removeEventListener('abort', giveUp);
    // One that was given up is answered too: that changes nothing any more.
    reply.then(() => resolve({ leave }), reject).finally(settled);
  });
}

async function claim(line: Line, key: RecordKey): Promise<Claim> {
  const { seq, reply } = line.ask({ op: 'claim', key });
  const answer = (await reply) as Exclude<Claim, { type: 'fresh' }> | { type: 'fresh' };
  return answer.type === 'fresh' ? { type: 'fresh', record: recordOf(line, seq) } : answer;
}

function recordOf(line: Line, of: number): OpenRecord {
  const done = async (question: Question): Promise<void> => {
    await line.ask(question).reply;
  };
  // A primary that is gone keeps nothing: its workers end with it.
  const settle = (question: Question): Promise<void> => done(question).catch(() => undefined);
  return {
    begin: () => done({ op: 'begin', of }),
    store: (answer) => settle({ op: 'store', of, answer }),
    release: () => settle({ op: 'release', of }),
  };
}
