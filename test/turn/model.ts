import fc from 'fast-check';
import { AppError } from '../../src/base/errors.js';
import { ServerClock } from '../../src/turn/server-clock.js';
import { TurnMemory } from '../../src/turn/turn-memory.js';
import { takeTurn } from '../../src/turn/turn.js';
import {
  FAILURES,
  ModelServer,
  replyTo,
  type Send,
  type Stored,
  type World,
} from './model-server.js';

interface Script {
  world: World;
  /** Who takes the turns; one that resumes the conversation knows nothing of what was said before. */
  program: 'began it' | 'resumes it' | 'resumes it for each turn';
  /** What others say, and how long that waits for its answer; in milliseconds from the start. */
  others: { at: number; replyMs: number }[];
  turns: { text: string; pauseMs: number; timeoutMs: number; stream: boolean }[];
}

const between = (min: number, max: number) => fc.integer({ min, max });

const failures = Object.keys(FAILURES) as (keyof typeof FAILURES)[];

const send: fc.Arbitrary<Send> = fc.record({
  failure: fc.option(fc.constantFrom(...failures), { nil: undefined, freq: 4 }),
  isStored: fc.boolean(),
  storeMs: fc.oneof(fc.constant(0), between(0, 3_000), between(0, 20_000)),
  replyMs: fc.option(fc.oneof(between(0, 500), between(0, 6_000)), { nil: undefined, freq: 9 }),
});

const world: fc.Arbitrary<World> = fc.record({
  // A server beside the program answers within a millisecond.
  roundTripMs: fc.oneof(
    { weight: 4, arbitrary: between(2, 300).map((half) => half * 2) },
    { weight: 1, arbitrary: fc.constantFrom(0.4, 0.8) },
  ),
  clockOffMs: between(-600_000, 600_000),
  recordsLagMs: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constantFrom(1_000, 3_000, 10_000, 3_600_000) },
  ),
  recordsStepMs: fc.constantFrom(1, 1, 1, 1_000),
  creationGapMs: fc.constantFrom(0, 1, 1_000),
  lagMs: fc.oneof(fc.constant(0), fc.constant(0), between(0, 5_000), between(0, 60_000)),
  order: fc.constantFrom('oldest first', 'newest first', 'none'),
  isRetained: fc.oneof(
    { weight: 9, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
  ),
  reads: fc.array(fc.constantFrom('ok', 'ok', 'ok', 'fails', 'partial'), { maxLength: 20 }),
  sends: fc.array(send, { maxLength: 9 }).map((sends) => sends.map(sensible)),
});

/** An answered send is stored and has a reply. */
function sensible(each: Send): Send {
  if (each.failure !== undefined && (each.failure !== 'cut' || each.isStored)) return each;
  return { ...each, isStored: true, replyMs: each.replyMs ?? 100 };
}

/**
 * A search lasts half a minute; with less time for the turn it ends sooner, and so does what may come
 * late. A list in no order tells nothing of equal times, so there are none.
 */
function withinSearch({ world, turns, ...rest }: Script): Script {
  const maxMs = turns.some(({ timeoutMs }) => timeoutMs < 30_000) ? 3_000 : 20_000;
  const isUnordered = world.order === 'none';
  const sends = world.sends.map(({ storeMs, replyMs, ...each }) => ({
    ...each,
    storeMs: Math.min(storeMs, maxMs),
    replyMs: isUnordered && replyMs === 0 ? 1 : replyMs,
  }));
  const recordsStepMs = isUnordered ? 1 : world.recordsStepMs;
  return { ...rest, world: { ...world, sends, recordsStepMs }, turns };
}

const anyScript: fc.Arbitrary<Script> = fc.record({
  world,
  program: fc.constantFrom('began it', 'resumes it', 'resumes it for each turn'),
  others: fc.array(fc.record({ at: between(0, 20_000), replyMs: between(1, 4_000) }), {
    maxLength: 2,
  }),
  turns: fc.array(
    fc.record({
      text: fc.constantFrom('yes', 'hello', 'go on'),
      // A program of its own takes time to start; a search tells turns apart that are so far from each other.
      pauseMs: fc.oneof(between(500, 1_500), between(500, 90_000)),
      timeoutMs: fc.constantFrom(8_000, 30_000, 120_000),
      stream: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

export const script: fc.Arbitrary<Script> = anyScript.map(withinSearch);

interface Outcome {
  reply: string | undefined;
  delivery: string | undefined;
  /** Sends of this turn: their numbers. */
  sends: number[];
  /** When it was first sent and when it ended. */
  from: number;
  to: number;
}

/** Runs a script; gives what is wrong with it, nothing if all is well. */
export async function check(each: Script): Promise<string[]> {
  const server = new ModelServer(each.world);
  const start = server.clock.monotonic();
  for (const { at, replyMs } of each.others) server.other(`other-${at}`, start + at, replyMs);
  const memory = new TurnMemory();
  const serverClock = new ServerClock();
  if (each.program === 'began it') memory.begin('c-1', server.creation);
  const wrong: string[] = [];
  const doubted = new Set<string>();
  for (const turn of each.turns) {
    const program =
      each.program === 'resumes it for each turn'
        ? { memory: new TurnMemory(), serverClock: new ServerClock() }
        : { memory, serverClock };
    const outcome = await play(server, turn, program);
    const isInexact = each.program !== 'began it' || doubted.has(turn.text);
    wrong.push(...faultsOf(server, outcome, { ...each, turn, isInexact }));
    if (outcome.delivery === 'unknown') doubted.add(turn.text);
    server.clock.advance(turn.pauseMs);
  }
  return wrong;
}

async function play(
  server: ModelServer,
  { text, timeoutMs, stream }: Script['turns'][number],
  { memory, serverClock }: { memory: TurnMemory; serverClock: ServerClock },
): Promise<Outcome> {
  const first = server.sends.length;
  const from = server.clock.monotonic();
  const outcome: Partial<Outcome> = {};
  const input = { assistantId: 'a-1', conversationId: 'c-1', text, stream };
  const { signal } = new AbortController();
  try {
    for await (const event of takeTurn(server.portsWith(serverClock), input, {
      signal,
      timeoutMs,
      memory,
    })) {
      if (event.type === 'done') outcome.reply = event.turn.reply;
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    outcome.delivery = error.details.delivery;
  }
  const sends = server.sends.map((_, index) => index).slice(first);
  return {
    reply: undefined,
    delivery: undefined,
    ...outcome,
    sends,
    from,
    to: server.clock.monotonic(),
  };
}

interface Circumstances extends Script {
  turn: Script['turns'][number];
  /** Whether a turn with this text is of unknown fate, or its program knows of none before. */
  isInexact: boolean;
}

function faultsOf(server: ModelServer, outcome: Outcome, given: Circumstances): string[] {
  const { reply, delivery, sends, from, to } = outcome;
  const { timeoutMs } = given.turn;
  const taken = sends.filter((each) => messagesOf(server, each).length > 0);
  const isUnknown = delivery === 'unknown';
  const hasEnded = given.world.sends[sends.at(-1) ?? -1]?.failure === 'error_event';
  const rules: [isBroken: boolean, words: string][] = [
    [sends.length > 3, 'sent more than three times'],
    [taken.length > 1, 'stored twice'],
    [reply !== undefined && taken.length !== 1, 'done, but not stored'],
    [reply !== undefined && reply !== replyTo(`send ${taken[0]}`), 'the reply of another turn'],
    [reply === undefined && delivery === undefined, 'a failure that says nothing'],
    [reply === undefined && !isUnknown && taken.length > 0, `${delivery}, but stored`],
    [isUnknown && isDecidable(server, outcome, given), 'unknown, but the facts decide'],
    [
      isUnknown &&
        given.world.isRetained &&
        !hasEnded &&
        to - from < Math.min(timeoutMs - 200, 27_000),
      'gave up',
    ],
    [
      to - from > timeoutMs + searchMs(given, timeoutMs) + 4 * given.world.roundTripMs,
      'took too long',
    ],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, words]) => words);
}

/** How much longer than the turn's own time a search may last: more where lists may be hard to read. */
function searchMs({ world, isInexact }: Circumstances, timeoutMs: number): number {
  const isBlurred = isInexact || world.reads.some((each) => each !== 'ok');
  return isBlurred ? Math.max(8_000, Math.min(timeoutMs, 30_000)) : 8_000;
}

function messagesOf(server: ModelServer, send: number): Stored[] {
  return server.stored.filter((stored) => stored.send === send);
}

/** A clock of whole seconds and long silence are needed to tell turns apart: so long, at most. */
const SHARPENING_MS = 20_000;

/**
 * Whether what the client could read decides: the list showed the answer, or was complete without the
 * turn when that could no longer run; nobody's turn was open at the same time; and where the text was
 * said before by who knows whom, there was time to tell the two apart.
 */
function isDecidable(
  server: ModelServer,
  { sends, from, to }: Outcome,
  given: Circumstances,
): boolean {
  const { world, turn, isInexact } = given;
  if (!world.isRetained || to - from < SHARPENING_MS) return false;
  const send = sends.at(-1) ?? -1;
  const [message, reply] = messagesOf(server, send);
  const others = server.stored.filter((each) => each.send !== send && each.at <= to);
  const isEntangled = others.some(
    (each) => each.role === 'user' && each.at > from - 125_000 && !isAnswered(server, each, from),
  );
  if (isEntangled) return false;
  const { recordsLagMs, recordsStepMs, creationGapMs } = world;
  const isAgreed = recordsLagMs === 0 && recordsStepMs === 1;
  if (!isAgreed && (isInexact || sends[0] !== 0)) return false;
  // Without a message, only who created the conversation knows its first `last_message_at`.
  if (given.program !== 'began it' && creationGapMs > 0 && server.stored.length === 0) return false;
  const needed = isInexact ? SHARPENING_MS : 0;
  if (message) return reply !== undefined && reply.at + needed < server.readAt;
  const { failure } = world.sends[send] ?? {};
  const isOver =
    failure !== undefined && failure !== 'error_event' && FAILURES[failure].run === 'over';
  // The same text as the last thing said may be ours by a clock that differs; else its place tells.
  const newest = Math.max(...server.stored.map(({ at }) => at));
  const openMs = from - newest + given.world.lagMs;
  const isAlike =
    isInexact &&
    others.some(({ text, at }) => {
      const isNear = at > from - 10_000 || newest - at < openMs + 10_000;
      return text === turn.text && isNear;
    });
  return isOver && !isAlike && server.readAt > Math.max(from, ...others.map(({ at }) => at));
}

function isAnswered(server: ModelServer, message: Stored, before: number): boolean {
  const reply = server.stored[server.stored.indexOf(message) + 1];
  return reply?.role === 'assistant' && reply.send === message.send && reply.at < before;
}
