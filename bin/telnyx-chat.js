#!/usr/bin/env node
'use strict';
const { processContext, run } = require('../dist/entry.js');

void run(process.argv.slice(2), processContext(process)).then((code) => {
  process.exitCode = code;
});
