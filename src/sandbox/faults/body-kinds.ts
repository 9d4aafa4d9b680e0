import type { ApiAnswer, Bytes, BytesAnswer, Interceptor } from '../call.js';
import { bodySize, frame, toBytes } from '../send-answer.js';
import { after, type FaultKind, type FaultKinds } from './kind.js';

/** Faults of an answer on its way: the operation has run and everything is stored. */
export const BODY_KINDS: FaultKinds = {
  cut: cut('the connection breaks within the body', (bytes) => ({ ...bytes, ending: 'reset' })),
  end_early: cut('the body ends too early, as if it were whole', withoutLength),
  stall_midway: cut('the body stops, and the connection stays', (bytes) => ({
    ...bytes,
    ending: 'stall',
  })),
  drip: {
    about: 'the body comes byte by byte',
    amount: 'ms between two, 10 unless given',
    effect: (ms = 10) =>
      afterAsBytes((bytes) => ({
        ...bytes,
        chunks: (clock, gone) =>
          singleBytes(bytes.chunks(clock, gone), () => clock.sleep(ms, gone)),
      })),
  },
  content_length_long: contentLength('promises 10 bytes more than come', (size) => `${size + 10}`),
  content_length_short: contentLength(
    'promises 5 bytes fewer than come',
    (size) => `${Math.max(0, size - 5)}`,
  ),
  duplicate_headers: {
    about: 'the type and the request id come twice, differently',
    effect: () =>
      afterAsBytes((bytes) => {
        const type = [bytes.headers['content-type'] ?? '', 'text/plain'].flat();
        return withHeaders(bytes, { 'content-type': type, 'x-request-id': ['one', 'two'] });
      }),
  },
  duplicate_content_length: contentLength('comes twice, differently', (size) => [
    `${size}`,
    `${size + 7}`,
  ]),
  oversized: {
    about: 'a reply that is far too large',
    amount: 'MiB, 17 unless given',
    effect: (mebibytes = 17) =>
      afterAsBytes((bytes, answer) => ({
        ...withoutLength(bytes),
        chunks: () => oversized(answer, mebibytes),
      })),
  },
};

function afterAsBytes(change: (bytes: BytesAnswer, answer: ApiAnswer) => BytesAnswer): Interceptor {
  return after((answer) => change(toBytes(answer), answer));
}

/** Sends the first bytes only; how many is left to chance unless the rule says it. */
function cut(about: string, end: (bytes: BytesAnswer) => BytesAnswer): FaultKind {
  return {
    about,
    amount: 'bytes before it, any number unless given',
    effect: (count, { random }) =>
      afterAsBytes((bytes, answer) => {
        const kept = count ?? Math.floor(random() * bodySize(answer));
        const chunks: BytesAnswer['chunks'] = (clock, gone) =>
          firstBytes(bytes.chunks(clock, gone), kept);
        return end({ ...bytes, chunks });
      }),
  };
}

/** A wrong content-length. The connection breaks after it, as nothing can follow on it. */
function contentLength(about: string, length: (size: number) => string | string[]): FaultKind {
  return {
    about: `the content-length ${about}`,
    effect: () =>
      afterAsBytes((bytes, answer) => {
        const headers = { 'content-length': length(bodySize(answer)) };
        return { ...withHeaders(bytes, headers), ending: 'reset' };
      }),
  };
}

function withHeaders(bytes: BytesAnswer, headers: BytesAnswer['headers']): BytesAnswer {
  return { ...bytes, headers: { ...bytes.headers, ...headers } };
}

function withoutLength(bytes: BytesAnswer): BytesAnswer {
  const headers = Object.entries(bytes.headers).filter(([name]) => name !== 'content-length');
  return { ...bytes, headers: Object.fromEntries(headers) };
}

async function* firstBytes(source: Bytes, count: number): AsyncGenerator<Buffer> {
  let left = count;
  if (left <= 0) return;
  for await (const piece of source) {
    const bytes = Buffer.from(piece).subarray(0, left);
    left -= bytes.length;
    yield bytes;
    if (left <= 0) return;
  }
}

async function* singleBytes(source: Bytes, pause: () => Promise<void>): AsyncGenerator<Buffer> {
  for await (const piece of source) {
    for (const byte of Buffer.from(piece)) {
      yield Buffer.from([byte]);
      await pause();
    }
  }
}

/** Made while it is sent, so that it is never in memory as a whole. */
function* oversized(answer: ApiAnswer, mebibytes: number): Generator<Buffer> {
  const filler = 'x'.repeat(64 * 1024);
  if (answer.type === 'whole') {
    yield Buffer.from('{"content":"');
    yield* repeated(filler, mebibytes);
    yield Buffer.from('"}');
  } else {
    yield* repeated(frame({ event: 'delta', data: { content: filler } }), mebibytes);
    yield Buffer.from(answer.events.slice(-1).map(frame).join(''));
  }
}

function* repeated(text: string, mebibytes: number): Generator<Buffer> {
  const piece = Buffer.from(text);
  for (let size = 0; size < mebibytes * 1024 * 1024; size += piece.length) yield piece;
}
