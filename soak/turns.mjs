/** Turns that one program takes before the next one goes on with the conversation. */
export const CHUNK = 20;

/**
 * What is said in a conversation. Most texts are said once; one comes again and again, and is
 * answered by its number.
 */
export function textsOf(conversation, turns) {
  return Array.from({ length: turns }, (_, turn) =>
    turn % (CHUNK / 2) === 0 ? REPEATED : `conversation ${conversation}, turn ${turn}`,
  );
}

export const REPEATED = 'how many turns?';

/** Whether a reply is the one to this text, as the sandbox words it. */
export function answers(reply, text) {
  if (typeof reply !== 'string') return false;
  if (text === REPEATED) return /^This is turn \d+ of our conversation\.$/.test(reply);
  return reply === `This is the sandbox: no model is behind it. You said: "${text}"`;
}
