import { bareNode, version } from '../lib/timed.mjs';

/** @type {import('../lib/rows.mjs').Row} */
export default {
  name: '--version, over bare node',
  unit: '×',
  atMost: 1.15,
  samples: { version, node: bareNode },
  measure: ({ version, node }) => version / node,
};
