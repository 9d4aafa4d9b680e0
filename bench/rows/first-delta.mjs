import { SEND } from '../lib/programs.mjs';
import { firstDelta } from '../lib/samplers.mjs';

/** @type {import('../lib/rows.mjs').Row} */
export default {
  name: 'first delta, from server to stdout',
  unit: 'ms',
  atMost: 2,
  samples: { send: firstDelta([...SEND, '--jsonl']) },
  measure: ({ send }) => send,
};
