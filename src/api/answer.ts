import { AppError } from '../base/errors.js';
import { unexpectedAnswer, WRONG_SERVER_HINT } from './api-error.js';
import type { HttpResponse } from './http.js';

/** Reads an answer's JSON into a type of ours; throws on another shape. */
export type Reader<T> = (body: unknown, response: HttpResponse) => T;

/** The JSON of an answer, read into a type of ours. Rejects with an AppError on any other. */
export async function readJson<T>(response: HttpResponse, read: Reader<T>): Promise<T> {
  const text = await readText(response);
  try {
    return read(JSON.parse(text), response);
  } catch (error) {
    throw unexpectedAnswer(response, text, error);
  }
}

/** The whole of an answer. Rejects with an AppError when it is in an encoding that was not asked for. */
export async function readText({
  status,
  requestId,
  body,
  headers,
}: HttpResponse): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  const encoding = headers['content-encoding'];
  if (encoding && encoding !== 'identity') {
    throw new AppError('api', `the API answered in an encoding nobody asked for: ${encoding}`, {
      status,
      requestId,
      hint: WRONG_SERVER_HINT,
      delivery: 'unknown',
    });
  }
  const [first] = pieces;
  const whole = pieces.length === 1 && first ? first : Buffer.concat(pieces);
  return whole.toString('utf8').replace(/^\uFEFF/, '');
}

/** Passes over an answer, so that it leaves its connection to the next request. */
export async function readToEnd({ body }: HttpResponse): Promise<void> {
  const pieces = body[Symbol.asyncIterator]();
  while ((await pieces.next()).done !== true);
}
