// Stands in for undici in the bundle: see build.mjs.
export { default as Client } from '../node_modules/undici/lib/dispatcher/client.js';
