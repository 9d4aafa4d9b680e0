// The programs that are compared, each as the arguments that Node is given.
import { fileURLToPath } from 'node:url';

const own = (path) => fileURLToPath(new URL(`../programs/${path}`, import.meta.url));
export const telnyxChat = fileURLToPath(new URL('../../bin/telnyx-chat.js', import.meta.url));

export const BARE_NODE = ['-e', '0'];
export const HAND_WRITTEN = [own('hand-written.cjs'), 'hello'];
export const OFFICIAL_SDK = [own('official-sdk.mjs'), 'hello'];
export const SEND = [telnyxChat, 'send', 'hello'];
/** Conversations of the stand-in for the API: the end of an id is the number of its messages. */
const TALK = '3fa85f64-5717-4562-b3fc-000000005000';
const SHORT_TALK = '3fa85f64-5717-4562-b3fc-000000000500';
export const LIST_MANY = [telnyxChat, 'conversations', 'list', '--limit', 'all'];
export const LIST_SOME = [telnyxChat, 'conversations', 'list', '--limit', '1000', '--quiet'];
export const LIST_BY_HAND = [own('hand-written-pages.cjs'), 'conversations'];
export const EXPORT_LONG = [telnyxChat, 'conversations', 'export', TALK];
export const EXPORT_SHORT = [telnyxChat, 'conversations', 'export', SHORT_TALK];
export const EXPORT_BY_HAND = [own('hand-written-pages.cjs'), 'messages', TALK];
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
