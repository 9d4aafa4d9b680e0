/** The commands in one piece: a start that runs one of them then loads few files. */
export { chat } from './chat.js';
export * as config from './config.js';
export { sandbox } from './sandbox.js';
export { send } from './send.js';
