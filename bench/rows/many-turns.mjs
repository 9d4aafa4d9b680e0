import { growthOverTurns } from '../lib/chat.mjs';

/** @type {import('../lib/rows.mjs').Row} */
export default {
  name: 'memory of a chat, from turn 10 to turn 1,000',
  unit: 'MiB',
  atMost: 20,
  rounds: 1,
  samples: { growth: growthOverTurns },
  measure: ({ growth }) => growth,
};
