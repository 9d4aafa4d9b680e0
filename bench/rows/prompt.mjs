import { bareNodeInTerminal, timeToPrompt } from '../lib/chat.mjs';

/** @type {import('../lib/rows.mjs').Row} */
export default {
  name: 'time to prompt, over bare node',
  unit: '×',
  atMost: 2,
  samples: { prompt: timeToPrompt, node: bareNodeInTerminal },
  measure: ({ prompt, node }) => prompt / node,
};
