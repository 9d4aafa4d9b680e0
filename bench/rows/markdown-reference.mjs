import { renderingRatio } from '../lib/markdown.mjs';

/** @type {import('../lib/rows.mjs').Row} */
export default {
  name: 'the same, over markdown-it with all of it',
  unit: '×',
  atLeast: 1,
  rounds: 5,
  samples: { ratio: renderingRatio },
  measure: ({ ratio }) => ratio,
};
