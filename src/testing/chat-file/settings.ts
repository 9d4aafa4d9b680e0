import { parsedMetadata } from '../../conversations/metadata.js';
import { checkedId, nearest } from '../../base/names.js';
import type { Runs, Settings } from './chat-file.js';
import {
  LineFault,
  fill,
  namesIn,
  type Variables,
  DURATION_EXAMPLES,
  durationMs,
  wholeNumber,
} from './syntax.js';

/** A setting as it is written; lines that continue it are part of the value. */
export interface WrittenSetting {
  key: string;
  value: string;
  /** The lines that it takes. */
  lines: number[];
  level: 'file' | 'case';
}

/** The metadata key that says which run made a conversation. */
export const RUN_KEY = 'telnyx_chat_test';

const MAX_CALLER = 5_000;

type Read = (value: string, setting: WrittenSetting, settings: Settings) => Settings;

const READERS = new Map<string, Read>([
  ['assistant', (value) => ({ assistant: checkedId('assistant', value) })],
  ['as', (value) => ({ speaker: value })],
  ['runs', (value) => ({ runs: runsOf(value) })],
  ['timeout', (value) => ({ timeoutMs: durationOf(value) })],
  ['meta', (value, _, { metadata }) => ({ metadata: withPair(metadata, value) })],
  ['serial', (value) => ({ isSerial: booleanOf(value) })],
  ['p95', (value, at) => ({ p95: { ms: durationOf(value), line: lineOf(at), text: value } })],
  ['channel', (value) => ({ channel: channelOf(value) })],
  ['caller', (value, at) => ({ caller: { text: callerOf(value), line: lineOf(at) } })],
]);

/** Adds a setting to those of its level. Throws a LineFault, whose offset counts from the value, or a `usage` error. */
export function withSetting(
  settings: Settings,
  setting: WrittenSetting,
  variables: Variables,
): Settings {
  const read = readerOf(setting);
  if (setting.key !== 'meta' && isGiven(settings, setting)) {
    throw new LineFault(`${setting.key} is given twice`, 'keep one of them');
  }
  const value = filled(setting.value, variables).trim();
  if (value === '')
    throw new LineFault(`${setting.key} has no value`, 'write one behind the colon');
  return { ...settings, ...read(value, setting, settings) };
}

function readerOf({ key, level }: WrittenSetting): Read {
  const read = READERS.get(key);
  const before = -(key.length + ': '.length);
  if (!read) {
    const near = nearest(key, [...READERS.keys()]);
    const known = `settings are: ${[...READERS.keys()].join(', ')}`;
    const wayOut = near === undefined ? known : `did you mean ${near}? ${known}`;
    throw new LineFault(`unknown setting ${JSON.stringify(key)}`, wayOut, before);
  }
  if (key === 'p95' && level === 'case') {
    const wayOut = 'put it before the first case: it is of all answers of the file';
    throw new LineFault('p95 is a setting of the file', wayOut, before);
  }
  return read;
}

function isGiven(settings: Settings, { key }: WrittenSetting): boolean {
  const names: Readonly<Record<string, keyof Settings>> = {
    as: 'speaker',
    timeout: 'timeoutMs',
    serial: 'isSerial',
  };
  return Object.hasOwn(settings, names[key] ?? key);
}

/** Settings are read before anything is said, so that only `--var` can give a value. */
function filled(text: string, variables: Variables): string {
  const missing = namesIn(text).find(({ name }) => !variables.has(name));
  if (!missing) return fill(text, variables);
  throw noValue(missing, { canBeKept: false });
}

/** `canBeKept`: an earlier turn may give the value. */
export function noValue(
  { name, offset }: { name: string; offset: number },
  { canBeKept }: { canBeKept: boolean },
): LineFault {
  const wayOut = canBeKept
    ? `keep it in an earlier turn: ? keep ${name}=/re/; telnyx-chat test can also give it: --var ${name}=…`
    : `it is needed before the first turn, when only telnyx-chat test can give it: --var ${name}=…`;
  return new LineFault(`{{${name}}} has no value`, wayOut, offset);
}

function lineOf({ lines }: WrittenSetting): number {
  return lines[0] ?? 1;
}

function withPair(metadata: Record<string, string> = {}, pair: string): Record<string, string> {
  const added = Object.entries(parsedMetadata([pair], 'meta:'));
  for (const [key] of added) {
    if (Object.hasOwn(metadata, key))
      throw new LineFault(`meta gives ${key} twice`, 'keep one of them');
    if (key === RUN_KEY)
      throw new LineFault(`meta cannot set ${key}`, 'it is the id of the run; choose another key');
  }
  return Object.fromEntries([...Object.entries(metadata), ...added]);
}

function runsOf(value: string): Runs {
  const [, all = '', pass] = /^(\S+?)(?:\s*,\s*(\S+)\s+must\s+pass)?$/.exec(value) ?? [];
  const count = wholeNumber(all);
  const mustPass = pass === undefined ? count : wholeNumber(pass);
  if (count === undefined || mustPass === undefined) {
    throw new LineFault(
      `${JSON.stringify(value)} is not a number of runs`,
      'write runs: 3, or runs: 3, 2 must pass',
    );
  }
  if (count === 0)
    throw new LineFault(
      'a case that does not run tests nothing',
      'write runs: 1 or more, or the tag #skip',
    );
  if (mustPass === 0)
    throw new LineFault('a case of which no run must pass tests nothing', 'let 1 run or more pass');
  if (mustPass > count)
    throw new LineFault(
      `${mustPass} of ${count} runs cannot pass`,
      'let no more runs pass than there are',
    );
  return { count, mustPass };
}

function durationOf(value: string): number {
  const ms = durationMs(value);
  if (ms !== undefined) return ms;
  throw new LineFault(`${JSON.stringify(value)} is not a duration`, `write ${DURATION_EXAMPLES}`);
}

function booleanOf(value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw new LineFault(`${JSON.stringify(value)} is neither true nor false`, 'write serial: true');
}

function channelOf(value: string): 'web_chat' {
  if (value === 'web_chat') return value;
  throw new LineFault(
    `the channel ${JSON.stringify(value)} is not supported`,
    'leave it out, or write channel: web_chat',
  );
}

function callerOf(value: string): string {
  const { length } = Array.from(value);
  if (length <= MAX_CALLER) return value;
  throw new LineFault(`the caller has ${length} characters`, `write ${MAX_CALLER} at most`);
}
