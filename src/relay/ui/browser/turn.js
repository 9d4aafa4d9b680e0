/** A turn without a reply: what happened and what to do, for who typed it. */
class TurnError extends Error {
  /** @param {string} message @param {TurnFacts} [facts] */
  constructor(message, facts = {}) {
    super(message);
    this.facts = facts;
  }
}

const SAFE = 'You can try again: your message will not be sent twice.';

/**
 * Takes a turn. Rejects with a TurnError, or when it is cancelled with an AbortError.
 * @param {Turn} turn
 * @param {Exchange} exchange
 * @returns {Promise<Answer>}
 */
async function takeTurn(turn, exchange) {
  // No header could carry it.
  if (!/^[!-~]*$/.test(exchange.token)) {
    throw tokenError('That does not look like an access token. Check it, then send again.');
  }
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
    throw new TurnError(`The connection was lost. ${SAFE}`);
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
      ...authorization(token),
    },
    body: JSON.stringify({ message, conversation_id: conversationId }),
    signal,
  });
}

/** @param {string} token @returns {Record<string, string>} */
function authorization(token) {
  return token === '' ? {} : { authorization: `Bearer ${token}` };
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
async function readAnswer(response, { onText, token }) {
  if (!response.body || !isEventStream(response)) {
    const answer = await answerIn(response);
    return response.ok && answer.reply !== undefined ? answer : failOn(response, answer, token);
  }
  for await (const { name, data } of eventsOf(response.body)) {
    if (name === 'delta') onText(data.text ?? '');
    if (name === 'done') return data;
    if (name === 'error') failOn(response, data, token);
  }
  throw new TurnError(`The reply was cut off. ${SAFE}`);
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

/** @param {Response} response @param {Answer} answer @param {string} token @returns {never} */
function failOn(response, { error, conversation_id: conversationId }, token) {
  const { status, headers } = response;
  if (status === 401 && headers.has('www-authenticate')) {
    throw tokenError(
      token === ''
        ? 'This chat needs an access token. Enter it below, then send again.'
        : 'That access token was not accepted. Check it, then send again.',
    );
  }
  // A key that an earlier try has used up: nobody knows more of that one.
  if (headers.has('idempotent-replayed') || (status === 422 && isAboutKey(error))) {
    const advice = 'The assistant may already have your message: sent again, it may arrive twice.';
    throw new TurnError(`No reply came back. ${advice}`, { conversationId, mayHaveRun: true });
  }
  const isRefused = status === 400 || status === 413;
  throw new TurnError(explanationOf(response), { conversationId, isRefused });
}

/** @param {string} message */
function tokenError(message) {
  return new TurnError(message, { isTokenWrong: true, isRefused: true });
}

/** @type {Record<number, string>} */
const EXPLANATIONS = {
  400: 'The assistant did not accept this message. Change it, or start a new conversation.',
  401: `The assistant cannot be used at the moment: its service refused access. ${SAFE}`,
  403: `The assistant cannot be used at the moment: its service refused access. ${SAFE}`,
  404: 'The assistant or this conversation no longer exists. Start a new conversation.',
  413: 'This message is too long. Shorten it, then send again.',
  502: `The assistant cannot be reached right now. ${SAFE}`,
  504: `The assistant took too long to answer. ${SAFE}`,
};

/** @param {Response} response */
function explanationOf(response) {
  const { status } = response;
  const seconds = secondsToWait(response);
  if (seconds === 0)
    return EXPLANATIONS[status] ?? `Something went wrong (HTTP ${status}). ${SAFE}`;
  const what = status === 429 ? 'Too many messages' : 'The service is busy';
  return `${what}. Try again in ${seconds === 1 ? '1 second' : `${seconds} seconds`}.`;
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

/**
 * The events of a `text/event-stream`, each when it has come in whole.
 * @param {ReadableStream<Uint8Array>} body
 * @returns {AsyncGenerator<{ name: string, data: Answer }>}
 */
async function* eventsOf(body) {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += decoder.decode(value, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
      // Anything else is a comment that keeps the connection open.
      if (name && data) yield { name, data: JSON.parse(data) };
    }
  }
}
