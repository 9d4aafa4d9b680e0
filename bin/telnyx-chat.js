#!/usr/bin/env node
'use strict';
const { run } = require('../dist/main.js');
const { processContext } = require('../dist/context.js');

// A reader that closes the pipe early (`| head -1`) has what it wanted.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}

run(process.argv.slice(2), processContext(process)).then((code) => {
  process.exitCode = code;
});
