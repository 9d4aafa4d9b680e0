// The chat on a terminal, and the Markdown that it prints.
import { renderingGrowth, renderingRate, renderingRatio } from '../lib/markdown.mjs';
import {
  bareNodeInTerminal,
  growthOverTurns,
  keyToEcho,
  timeToPrompt,
  withHistory,
} from '../lib/terminal.mjs';

/** @type {import('../lib/rows.mjs').Row[]} */
export default [
  {
    name: 'time to prompt, over bare node',
    unit: '×',
    atMost: 2,
    samples: { prompt: timeToPrompt, node: bareNodeInTerminal },
    measure: ({ prompt, node }) => prompt / node,
  },
  {
    name: 'key to echo, with 2,000 remembered messages',
    unit: 'ms',
    atMost: 5,
    rounds: 5,
    samples: { echo: withHistory(keyToEcho) },
    measure: ({ echo }) => echo,
  },
  {
    name: '5 MB of streamed Markdown',
    unit: 'MB/s',
    atLeast: 8,
    rounds: 5,
    samples: { rate: renderingRate },
    measure: ({ rate }) => rate,
  },
  {
    name: 'the same, over markdown-it with all of it',
    unit: '×',
    atLeast: 1,
    rounds: 5,
    samples: { ratio: renderingRatio },
    measure: ({ ratio }) => ratio,
  },
  {
    name: 'memory for ten more such replies',
    unit: 'MiB',
    atMost: 20,
    rounds: 5,
    samples: { growth: renderingGrowth },
    measure: ({ growth }) => growth,
  },
  {
    name: 'memory of a chat, from turn 10 to turn 1,000',
    unit: 'MiB',
    atMost: 20,
    rounds: 1,
    samples: { growth: growthOverTurns },
    measure: ({ growth }) => growth,
  },
];
