/** dotenv by its names: a CommonJS package that is imported late has only a default in the bundle. */
export { parse } from 'dotenv';
