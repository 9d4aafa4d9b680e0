/** Longer than most replies take to begin; then it is asked whether the assistant can be reached at all. */
const PATIENCE_MS = 3_000;
/** For answers about the assistant, which the relay gives within a few seconds. */
const ASK_TIMEOUT_MS = 8_000;

/**
 * The assistant's name, greeting and tools; undefined when it cannot be reached. With a wrong token, or none
 * where one is needed, nothing is known of it.
 * @param {string} token
 * @returns {Promise<Introduction | undefined>}
 */
async function introductionFor(token) {
  try {
    const response = await fetch('ui/assistant', {
      headers: authorization(token),
      signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
    });
    if (response.status < 500) return response.ok ? Object(await answerIn(response)) : {};
    return undefined;
  } catch {
    return undefined;
  }
}

/**
 * The tools that a turn called; none when that is not known.
 * @param {{ conversationId: string | undefined, message: string, reply: string, token: string }} turn
 * @returns {Promise<ToolCall[]>}
 */
async function toolCallsOf({ conversationId, message, reply, token }) {
  try {
    const response = await fetch('ui/tool-calls', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization(token) },
      body: JSON.stringify({ conversation_id: conversationId, message, reply }),
      signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
    });
    const { tool_calls: calls } = Object(await answerIn(response));
    return response.ok && Array.isArray(calls) ? calls : [];
  } catch {
    return [];
  }
}

/**
 * While nothing comes of a reply, finds out every few seconds whether the assistant can be reached.
 * @param {string} token @param {(isReached: boolean) => void} tell
 * @returns {() => void} ends it
 */
function watchReach(token, tell) {
  let timer = setTimeout(look, PATIENCE_MS);
  let isOver = false;
  async function look() {
    const isReached = (await introductionFor(token)) !== undefined;
    if (isOver) return;
    tell(isReached);
    timer = setTimeout(look, PATIENCE_MS);
  }
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
