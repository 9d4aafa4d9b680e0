import type { Bytes, BytesAnswer, SoundAnswer } from '../answer.js';
import { encoded, frame, sizeOf } from '../event-stream.js';
import { after, type FaultKind, type FaultKinds } from './kind.js';

const MEBIBYTE = 1024 * 1024;
const PIECE = 'x'.repeat(64 * 1024);

/** So many bytes from the start, cut wherever that is. */
export async function* firstBytes(source: Bytes, count: number): AsyncGenerator<Buffer> {
  let left = count;
  if (left <= 0) return;
  for await (const piece of source) {
    const bytes = Buffer.from(piece).subarray(0, left);
    left -= bytes.length;
    yield bytes;
    if (left <= 0) return;
  }
}

/** One byte at a time, with a pause after each. */
export async function* dripped(source: Bytes, pause: () => Promise<void>): AsyncGenerator<Buffer> {
  for await (const piece of source) {
    for (const byte of Buffer.from(piece)) {
      yield Buffer.from([byte]);
      await pause();
    }
  }
}

/** Made while it is sent: it never is in memory as a whole. */
export function* oversizedJson(mebibytes: number): Generator<Buffer> {
  yield Buffer.from('{"content":"');
  yield* pieces(mebibytes, PIECE);
  yield Buffer.from('"}');
}

export function* oversizedStream(mebibytes: number, last: string): Generator<Buffer> {
  yield* pieces(mebibytes, `event: delta\ndata: {"content":"${PIECE}"}\n\n`);
  yield Buffer.from(last);
}

function* pieces(mebibytes: number, text: string): Generator<Buffer> {
  const piece = Buffer.from(text);
  for (let sent = 0; sent < mebibytes * MEBIBYTE; sent += piece.length) yield piece;
}

const CHAT = ['chat'] as const;
const BYTES = 'bytes before it, any number unless given';

/** What goes wrong with an answer on its way; the operation has run and all is stored. */
export const BODY_KINDS: FaultKinds = {
  cut: cutting('the connection breaks within the body', (bytes) => ({ ...bytes, ending: 'reset' })),
  end_early: cutting('the body ends too early, as if it were whole', (bytes) => ({
    ...bytes,
    headers: withoutLength(bytes.headers),
  })),
  stall_midway: cutting('the body stops, and the connection stays', (bytes) => ({
    ...bytes,
    ending: 'stall',
  })),
  drip: {
    about: 'the body comes byte by byte',
    usual: CHAT,
    amount: 'ms between two, 10 unless given',
    effect: (ms = 10) =>
      after((answer) => {
        const bytes = encoded(answer);
        const chunks: BytesAnswer['chunks'] = (clock, gone) =>
          dripped(bytes.chunks(clock, gone), () => clock.sleep(ms, gone));
        return { ...bytes, chunks };
      }),
  },
  content_length_long: lengthOff('promises 10 bytes more than come', 10),
  content_length_short: lengthOff('promises 5 bytes fewer than come', -5),
  duplicate_headers: {
    about: 'the type and the request id come twice, differently',
    usual: CHAT,
    effect: () =>
      after((answer) => {
        const bytes = encoded(answer);
        const type = [bytes.headers['content-type'] ?? '', 'text/plain'].flat();
        const headers = { ...bytes.headers, 'content-type': type, 'x-request-id': ['one', 'two'] };
        return { ...bytes, headers };
      }),
  },
  duplicate_content_length: {
    about: 'the content-length comes twice, differently',
    usual: CHAT,
    effect: () =>
      after((answer) => {
        const lengths = [sizeOf(answer), sizeOf(answer) + 7].map(String);
        return broken(answer, { 'content-length': lengths });
      }),
  },
  oversized: {
    about: 'a reply that is far too large',
    usual: CHAT,
    amount: 'MiB, 17 unless given',
    effect: (mebibytes = 17) => after((answer) => oversized(answer, mebibytes)),
  },
};

function cutting(about: string, end: (bytes: BytesAnswer) => BytesAnswer): FaultKind {
  const effect: FaultKind['effect'] = (count, { random }) =>
    after((answer) => {
      const bytes = encoded(answer);
      const kept = count ?? Math.floor(random() * sizeOf(answer));
      return end({
        ...bytes,
        chunks: (clock, gone) => firstBytes(bytes.chunks(clock, gone), kept),
      });
    });
  return { about, usual: CHAT, amount: BYTES, effect };
}

function lengthOff(about: string, difference: number): FaultKind {
  const effect: FaultKind['effect'] = () =>
    after((answer) => {
      const length = String(Math.max(0, sizeOf(answer) + difference));
      return broken(answer, { 'content-length': length });
    });
  return { about: `the content-length ${about}`, usual: CHAT, effect };
}

/** With headers that are wrong; nothing can follow on that connection. */
function broken(answer: SoundAnswer, headers: BytesAnswer['headers']): BytesAnswer {
  const bytes = encoded(answer);
  return { ...bytes, headers: { ...bytes.headers, ...headers }, ending: 'reset' };
}

function withoutLength(headers: BytesAnswer['headers']): BytesAnswer['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'content-length'));
}

function oversized(answer: SoundAnswer, mebibytes: number): BytesAnswer {
  const bytes = encoded(answer);
  const last = answer.type === 'stream' ? answer.events.at(-1) : undefined;
  const chunks = (): Bytes =>
    last ? oversizedStream(mebibytes, frame(last)) : oversizedJson(mebibytes);
  return { ...bytes, headers: withoutLength(bytes.headers), chunks };
}
