// From start to exit: how long, and in how much memory.
import {
  BARE_NODE,
  BARE_STREAM,
  HAND_WRITTEN,
  OFFICIAL_SDK,
  telnyxChat,
} from '../lib/programs.mjs';
import { firstDelta, overTls, peakMemory, wallTime } from '../lib/samplers.mjs';

/** Newer Nodes take longer to start a script, and load the SDK sooner. */
const isNewer = Number(process.versions.node.split('.')[0]) >= 22;
const OVER_SCRIPT = isNewer ? 1.35 : 1.5;
const OVER_SDK = isNewer ? 3.5 : 4;

const SEND = telnyxChat('send', 'hello');
const COMPLETION = telnyxChat('completion', 'bash', '--', 'telnyx-chat send --fo', '9', '');

const node = wallTime(BARE_NODE);
const version = wallTime(telnyxChat('--version'));
const help = wallTime(telnyxChat('--help'));
const completion = wallTime(COMPLETION);
const send = wallTime(SEND);
const script = wallTime(HAND_WRITTEN);
const sdk = wallTime(OFFICIAL_SDK);
const secureSend = overTls(send);
const secureScript = overTls(script);

/** @type {import('../lib/rows.mjs').Row[]} */
export default [
  {
    name: '--version, over bare node',
    unit: '×',
    atMost: 1.15,
    samples: { version, node },
    measure: ({ version, node }) => version / node,
  },
  {
    name: '--help, over bare node',
    unit: '×',
    atMost: 1.5,
    samples: { help, node },
    measure: ({ help, node }) => help / node,
  },
  {
    name: 'Tab in a shell, over bare node',
    unit: '×',
    atMost: 2,
    samples: { completion, node },
    measure: ({ completion, node }) => completion / node,
  },
  {
    name: 'send, over a hand-written script',
    unit: '×',
    atMost: OVER_SCRIPT,
    samples: { send, script },
    measure: ({ send, script }) => send / script,
  },
  {
    name: 'the same over TLS',
    unit: '×',
    atMost: OVER_SCRIPT,
    samples: { send: secureSend, script: secureScript },
    measure: ({ send, script }) => send / script,
  },
  {
    name: 'send, quicker than the official SDK',
    unit: '×',
    atLeast: OVER_SDK,
    samples: { send, sdk },
    measure: ({ send, sdk }) => sdk / send,
  },
  {
    name: 'peak memory of send, over the script',
    unit: '×',
    atMost: 1.2,
    samples: { send: peakMemory(SEND), script: peakMemory(HAND_WRITTEN) },
    measure: ({ send, script }) => send / script,
  },
  {
    name: 'first delta, from server to stdout',
    unit: 'ms',
    atMost: 2,
    samples: { send: firstDelta(telnyxChat('send', 'hello', '--jsonl')) },
    measure: ({ send }) => send,
  },
  {
    name: 'the same through a bare pipe',
    unit: 'ms',
    samples: { pipe: firstDelta(BARE_STREAM) },
    measure: ({ pipe }) => pipe,
  },
];
