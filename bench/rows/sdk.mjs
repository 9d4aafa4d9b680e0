import { officialSdk, send } from '../lib/timed.mjs';

/** @type {import('../lib/rows.mjs').Row} */
export default {
  name: 'send, quicker than the official SDK',
  unit: '×',
  atLeast: 5,
  samples: { send, sdk: officialSdk },
  measure: ({ send, sdk }) => sdk / send,
};
