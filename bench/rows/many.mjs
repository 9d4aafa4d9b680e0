// Thousands of conversations, and thousands of messages in one.
import {
  EXPORT_BY_HAND,
  LIST_BY_HAND,
  LONG_CONVERSATION,
  SEARCH_BY_HAND,
  SEARCH_SANDBOX_BY_HAND,
  SHORT_CONVERSATION,
  telnyxChat,
} from '../lib/programs.mjs';
import { peakMemory, wallTime } from '../lib/samplers.mjs';
import { inSandbox } from '../lib/sandbox.mjs';

const LIST_MANY = telnyxChat('conversations', 'list', '--limit', 'all');
const LIST_SOME = telnyxChat('conversations', 'list', '--limit', '1000', '--quiet');
const EXPORT_LONG = telnyxChat('conversations', 'export', LONG_CONVERSATION);
const EXPORT_SHORT = telnyxChat('conversations', 'export', SHORT_CONVERSATION);
const SEARCH = telnyxChat(
  ...['conversations', 'search', '7 x', '--limit', 'all', '--since', '2000-01-01'],
  ...['--meta', 'kind=searched', '--quiet'],
);
const SEARCH_SANDBOX = telnyxChat(
  ...['conversations', 'search', 'question 7', '--limit', 'all', '--quiet'],
);

/** @type {import('../lib/rows.mjs').Row[]} */
export default [
  {
    name: 'list of 10,000 conversations, over the script',
    unit: '×',
    atMost: 3,
    rounds: 7,
    samples: { list: wallTime(LIST_MANY), script: wallTime(LIST_BY_HAND) },
    measure: ({ list, script }) => list / script,
  },
  {
    name: 'memory of it, over that of a list of 1,000',
    unit: 'MiB',
    atMost: 20,
    rounds: 7,
    samples: { many: peakMemory(LIST_MANY), some: peakMemory(LIST_SOME) },
    measure: ({ many, some }) => many - some,
  },
  {
    name: 'export of 5,000 messages, over the script',
    unit: '×',
    atMost: 3,
    rounds: 7,
    samples: { export: wallTime(EXPORT_LONG), script: wallTime(EXPORT_BY_HAND) },
    measure: ({ export: exporting, script }) => exporting / script,
  },
  {
    name: 'memory of it, over that of 500 messages',
    unit: 'MiB',
    atMost: 20,
    rounds: 7,
    samples: { long: peakMemory(EXPORT_LONG), short: peakMemory(EXPORT_SHORT) },
    measure: ({ long, short }) => long - short,
  },
  {
    name: 'search of 2,000 conversations, 5 ms away, over the script',
    unit: '×',
    atMost: 1.5,
    rounds: 5,
    samples: { search: wallTime(SEARCH), script: wallTime(SEARCH_BY_HAND) },
    measure: ({ search, script }) => search / script,
  },
  {
    name: 'search of 10,000 in the sandbox, over the script',
    unit: '×',
    atMost: 1.5,
    rounds: 5,
    samples: {
      search: inSandbox(10_000, wallTime(SEARCH_SANDBOX)),
      script: inSandbox(10_000, wallTime(SEARCH_SANDBOX_BY_HAND)),
    },
    measure: ({ search, script }) => search / script,
  },
  {
    name: 'memory of it, over that of a search of 1,000',
    unit: 'MiB',
    atMost: 20,
    rounds: 5,
    samples: {
      many: inSandbox(10_000, peakMemory(SEARCH_SANDBOX)),
      some: inSandbox(1_000, peakMemory(SEARCH_SANDBOX)),
    },
    measure: ({ many, some }) => many - some,
  },
];
