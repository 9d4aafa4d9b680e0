// The programs that are compared, each as the arguments that Node is given.
import { fileURLToPath } from 'node:url';

const own = (path) => fileURLToPath(new URL(`../programs/${path}`, import.meta.url));
export const telnyxChat = fileURLToPath(new URL('../../bin/telnyx-chat.js', import.meta.url));

export const BARE_NODE = ['-e', '0'];
export const HAND_WRITTEN = [own('hand-written.cjs'), 'hello'];
export const OFFICIAL_SDK = [own('official-sdk.mjs'), 'hello'];
export const SEND = [telnyxChat, 'send', 'hello'];
export const BARE_STREAM = [own('bare-stream.cjs')];
export const REPORT_MEMORY = ['--require', own('report-memory.cjs')];
export const COMPLETION = [
  telnyxChat,
  'completion',
  'bash',
  '--',
  'telnyx-chat send --fo',
  '9',
  '',
];
