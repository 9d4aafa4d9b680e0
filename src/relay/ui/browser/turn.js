/** A turn without a reply: what happened and what to do, for who typed it. */
class TurnError extends Error {
  /** @param {string} message @param {TurnFacts} [facts] */
  constructor(message, facts = {}) {
    super(message);
    this.facts = facts;
  }
}

const SAFE = 'Try again: it is not sent twice.';

/**
 * Takes a turn. Rejects with a TurnError, or when it is cancelled with an AbortError.
 * @param {Turn} turn
 * @param {Exchange} exchange
 * @returns {Promise<Answer>}
 */
async function takeTurn(turn, exchange) {
  // No header could carry it.
  if (!/^[!-~]*$/.test(exchange.token)) throw tokenError('That is no access token');
  try {
    for (;;) {
      const response = await post(turn, exchange);
      const waitMs = await answerWait(response);
      if (waitMs === undefined) return await readAnswer(response, exchange);
      exchange.onWait();
      await pause(waitMs, exchange.signal);
    }
  } catch (error) {
    if (error instanceof TurnError || exchange.signal.aborted) throw error;
    throw new TurnError(`The connection failed. ${SAFE}`);
  }
}

/** @param {Turn} turn @param {Exchange} exchange */
function post({ message, key }, { conversationId, token, signal }) {
  return fetch('chat', {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'idempotency-key': key,
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ message, conversation_id: conversationId }),
    signal,
  });
}

/**
 * How long to wait for a turn that runs already, in milliseconds; undefined for any other answer.
 * @param {Response} response
 */
async function answerWait(response) {
  if (response.status !== 409) return undefined;
  const { error } = await answerIn(response.clone());
  return isAboutKey(error) ? 1000 * secondsToWait(response) || 1000 : undefined;
}

/** @param {Response} response @param {Exchange} exchange */
async function readAnswer(response, { onText }) {
  if (!response.body || !isEventStream(response)) {
    const answer = await answerIn(response);
    return response.ok && answer.reply !== undefined ? answer : failOn(response, answer);
  }
  for await (const { name, data } of eventsOf(response.body)) {
    if (name === 'delta') onText(data.text ?? '');
    if (name === 'done') return data;
    if (name === 'error') failOn(response, data);
  }
  throw new TurnError(`The reply broke off. ${SAFE}`);
}

/**
 * The body as the relay writes it; a proxy between may say anything.
 * @param {Response} response
 * @returns {Promise<Answer>}
 */
async function answerIn(response) {
  try {
    return Object(await response.json());
  } catch {
    return {};
  }
}

/** @param {Response} response @param {Answer} answer @returns {never} */
function failOn(response, { error, conversation_id: conversationId }) {
  const { status, headers } = response;
  if (status === 401 && headers.has('www-authenticate')) throw tokenError(error ?? 'Unauthorized');
  // A key that an earlier try has used up: nobody knows more of that one.
  if (headers.has('idempotent-replayed') || (status === 422 && isAboutKey(error))) {
    const advice = 'The assistant may have got the message: sent once more, it may get it twice.';
    throw new TurnError(`No reply is known. ${advice}`, { conversationId, mayHaveRun: true });
  }
  const what = error ?? `The answer was HTTP ${status}`;
  throw new TurnError(`${what}. ${adviceFor(response)}`, { conversationId });
}

/** @param {string} what */
function tokenError(what) {
  const message = `${what}. Enter an access token, then try again.`;
  return new TurnError(message, { isTokenWrong: true });
}

/** @param {Response} response */
function adviceFor(response) {
  const seconds = secondsToWait(response);
  if (seconds > 0) return `Try again in ${seconds} s.`;
  if (response.status === 400) return 'Change the message, or begin a new conversation.';
  return response.status === 413 ? 'Make the message shorter.' : SAFE;
}

/** @param {Response} response */
function isEventStream({ headers }) {
  return (headers.get('content-type') ?? '').startsWith('text/event-stream');
}

/** @param {string | undefined} error */
function isAboutKey(error) {
  return /Idempotency-Key/.test(error ?? '');
}

/** @param {Response} response */
function secondsToWait({ headers }) {
  return Number(headers.get('retry-after')) || 0;
}

/** @param {number} ms @param {AbortSignal} signal */
function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, ms);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}
