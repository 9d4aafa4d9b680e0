/** Loaded late, and by its name: a CommonJS package that is imported late has only a default in the bundle. */
export { HttpsProxyAgent } from 'https-proxy-agent';
