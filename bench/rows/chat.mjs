// The chat on a terminal, and the Markdown that it prints.
import { hostileRate, renderingGrowth, renderingRate, renderingRatio } from '../lib/markdown.mjs';
import {
  bareDeltaToScreen,
  deltaToScreen,
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
    name: 'delta to its word on the screen, over the terminal’s own',
    unit: 'ms',
    atMost: 5,
    samples: { chat: deltaToScreen, bare: bareDeltaToScreen },
    measure: ({ chat, bare }) => chat - bare,
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
    name: 'the worst Markdown, 4 characters at a time',
    unit: 'MB/s',
    atLeast: 0.1,
    rounds: 1,
    samples: { rate: hostileRate },
    measure: ({ rate }) => rate,
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
