// A thousand conversations as tests.
import { CASES_BY_HAND, testOf } from '../lib/programs.mjs';
import { peakMemory, wallTime } from '../lib/samplers.mjs';

const MANY = 1_000;
const SOME = 100;

/** @type {import('../lib/rows.mjs').Row[]} */
export default [
  {
    name: '1,000 cases of three turns, over the script',
    unit: '×',
    atMost: 3,
    rounds: 7,
    samples: { test: wallTime(testOf(MANY)), script: wallTime(CASES_BY_HAND) },
    measure: ({ test, script }) => test / script,
  },
  {
    name: 'memory of it, over that of 100 cases',
    unit: 'MiB',
    atMost: 20,
    rounds: 7,
    samples: { many: peakMemory(testOf(MANY)), some: peakMemory(testOf(SOME)) },
    measure: ({ many, some }) => many - some,
  },
];
