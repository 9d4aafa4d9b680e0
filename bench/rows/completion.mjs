import { bareNode, completion } from '../lib/timed.mjs';

/** @type {import('../lib/rows.mjs').Row} */
export default {
  name: 'Tab in a shell, over bare node',
  unit: '×',
  atMost: 2,
  samples: { completion, node: bareNode },
  measure: ({ completion, node }) => completion / node,
};
