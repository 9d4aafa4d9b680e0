import { LIST_BY_HAND, LIST_MANY } from '../lib/programs.mjs';
import { wallTime } from '../lib/samplers.mjs';

/** @type {import('../lib/rows.mjs').Row} */
export default {
  name: 'list of 10,000 conversations, over the script',
  unit: '×',
  atMost: 3,
  rounds: 7,
  samples: { list: wallTime(LIST_MANY), script: wallTime(LIST_BY_HAND) },
  measure: ({ list, script }) => list / script,
};
