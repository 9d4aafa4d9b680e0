import { bareNode, help } from '../lib/timed.mjs';

/** @type {import('../lib/rows.mjs').Row} */
export default {
  name: '--help, over bare node',
  unit: '×',
  atMost: 1.5,
  samples: { help, node: bareNode },
  measure: ({ help, node }) => help / node,
};
