#!/usr/bin/env node
'use strict';
const [flag, ...others] = process.argv.slice(2);

if ((flag === '--version' || flag === '-V') && others.length === 0) {
  // Neither the program nor even process.stdout is loaded for a version.
  try {
    require('node:fs').writeSync(1, `${require('../package.json').version}\n`);
  } catch (error) {
    if (error.code !== 'EPIPE') {
      require('node:fs').writeSync(2, `error: the output cannot be written: ${error.message}\n`);
      process.exitCode = 1;
    }
  }
} else {
  const { processContext, run } = require('../dist/entry.cjs');
  void run(process.argv.slice(2), processContext(process)).then((code) => {
    // An output that could not be written has set it already.
    process.exitCode ||= code;
  });
}
