// Loaded before vitest by test-matrix.mjs: it gives util.styleText a list of styles, as Node takes it from
// 20.13 on. What we support begins at 20.12.
const util = require('node:util');
const { syncBuiltinESMExports } = require('node:module');

const { styleText } = util;
try {
  styleText(['bold', 'red'], '');
} catch {
  util.styleText = (styles, text) =>
    [styles].flat().reduce((styled, style) => styleText(style, styled), text);
  syncBuiltinESMExports();
}
