import { HAND_WRITTEN, SEND } from '../lib/programs.mjs';
import { peakMemory } from '../lib/samplers.mjs';

/** @type {import('../lib/rows.mjs').Row} */
export default {
  name: 'peak memory of send, over the script',
  unit: '×',
  atMost: 1.2,
  samples: { send: peakMemory(SEND), script: peakMemory(HAND_WRITTEN) },
  measure: ({ send, script }) => send / script,
};
