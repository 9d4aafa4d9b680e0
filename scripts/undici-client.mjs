// Stands in for undici in the bundle: of all that it exports, the relay needs the HTTP/1.1 client alone.
export { default as Client } from '../node_modules/undici/lib/dispatcher/client.js';
