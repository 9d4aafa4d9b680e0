/** Turns of one program before the next one continues the conversation. */
export const CHUNK = 20;

/** The texts of a conversation. Most occur once; every tenth is the same one, answered by its number. */
export function textsOf(conversation, turns) {
  return Array.from({ length: turns }, (_, turn) =>
    turn % (CHUNK / 2) === 0 ? REPEATED : `conversation ${conversation}, turn ${turn}`,
  );
}

export const REPEATED = 'how many turns?';

/** Whether this is the sandbox's reply to this text. */
export function answers(reply, text) {
  if (typeof reply !== 'string') return false;
  if (text === REPEATED) return /^This is turn \d+ of our conversation\.$/.test(reply);
  return reply === `This is the sandbox: no model is behind it. You said: "${text}"`;
}
