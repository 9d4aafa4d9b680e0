import { keyToEcho } from '../lib/chat.mjs';
import { withHistory } from '../lib/history.mjs';

/** @type {import('../lib/rows.mjs').Row} */
export default {
  name: 'key to echo, with 2,000 remembered messages',
  unit: 'ms',
  atMost: 5,
  rounds: 5,
  samples: { echo: withHistory(keyToEcho) },
  measure: ({ echo }) => echo,
};
