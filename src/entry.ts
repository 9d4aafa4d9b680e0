/** What bin/ needs, in one file to load. */
export { processContext } from './context.js';
export { run } from './main.js';
