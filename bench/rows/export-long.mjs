import { EXPORT_BY_HAND, EXPORT_LONG } from '../lib/programs.mjs';
import { wallTime } from '../lib/samplers.mjs';

/** @type {import('../lib/rows.mjs').Row} */
export default {
  name: 'export of 5,000 messages, over the script',
  unit: '×',
  atMost: 3,
  rounds: 7,
  samples: { export: wallTime(EXPORT_LONG), script: wallTime(EXPORT_BY_HAND) },
  measure: ({ export: exporting, script }) => exporting / script,
};
