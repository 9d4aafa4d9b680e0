import { handWritten, send } from '../lib/timed.mjs';

/** @type {import('../lib/rows.mjs').Row} */
export default {
  name: 'send, over a hand-written script',
  unit: '×',
  atMost: 1.35,
  samples: { send, script: handWritten },
  measure: ({ send, script }) => send / script,
};
