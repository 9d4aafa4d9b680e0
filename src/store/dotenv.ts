/** Loaded late. A CommonJS package that is imported late has only a default export in the bundle. */
export { parse } from 'dotenv';
