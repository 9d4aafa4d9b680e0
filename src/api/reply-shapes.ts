import { problemIn, type Problem } from './api-error.js';
import { isObject, unwrapped } from './wire.js';

/** One event of a streamed reply, understood. `other` is an event without a part in the reply. */
export interface ReadEvent {
  type: 'delta' | 'done' | 'error' | 'other';
  text?: string | undefined;
  /** The event carries the last piece of the text, and no other one follows. */
  isLast?: boolean | undefined;
  /** Only an error has one. */
  problem?: Problem | undefined;
}

/**
 * Telnyx names three events (`delta`, `done`, `error`) without a documented shape. The name comes from
 * `event:`, else from a property; the text from the usual properties of APIs like this one, else it is
 * the data itself.
 */
export function readEvent(event: string | undefined, data: string): ReadEvent {
  if (isEndMark(data)) return { type: 'done' };
  const value = parsedJson(data);
  if (typeof value === 'string') return { type: typeOf(named(event)), text: value };
  if (!isObject(value)) return { type: typeOf(named(event)), text: data };
  const name = named(event) ?? stringIn(value, ['type', 'event', 'event_type']);
  const type = name === undefined ? typeByContent(value) : typeOf(name);
  if (type === 'error') return { type, text: textOf(value), problem: problemOf(value) };
  return { type, text: textOf(value), isLast: isLast(value) };
}

/** The mark of other APIs after their last event. */
export function isEndMark(data: string): boolean {
  return data.trim() === '[DONE]';
}

/** Whether the data of an event is complete, although the stream ended before the line after it. */
export function isWholeEvent(data: string): boolean {
  return isEndMark(data) || isObject(parsedJson(data));
}

/** `message` is what SSE calls an event without a name. */
function named(event: string | undefined): string | undefined {
  return event === 'message' ? undefined : event || undefined;
}

const ERROR_NAME = /(?:^|[._-])(?:error|failed)$/;
/** The end of the whole reply. The end of one of its parts, such as `content_block_stop`, is none. */
const DONE_NAME =
  /^(?:done|end|stop|completed?|finish(?:ed)?|final|(?:message|stream|reply)[._-](?:stop|end|done)|(?:response|run|thread\.run)\.(?:completed|done))$/;
/** Events with a text that is not the assistant's reply. */
const ASIDE_NAME =
  /reason|think|tool|function|argument|input|audio|image|citation|refusal|ping|meta|usage|start|created|added|progress|status|transcript/;
/** Names of pieces, at the end of a name: what has `done` or `stop` at its end repeats them. */
const DELTA_NAME = /(?:^|[._-])(?:delta|chunk|token|text|content|message|data|piece|generation)$/;

function typeOf(name = 'delta'): ReadEvent['type'] {
  const lower = name.toLowerCase();
  if (ERROR_NAME.test(lower)) return 'error';
  if (DONE_NAME.test(lower)) return 'done';
  return DELTA_NAME.test(lower) && !ASIDE_NAME.test(lower) ? 'delta' : 'other';
}

/** An event without a name is told by properties that only one kind has. */
function typeByContent(value: Record<string, unknown>): ReadEvent['type'] {
  if (value['error'] || value['errors']) return 'error';
  return 'whatsapp_template' in value ? 'done' : 'delta';
}

/** An error in a stream may come in the shapes of an HTTP error, or with those in `error`. */
function problemOf(value: Record<string, unknown>): Problem {
  const { error } = value;
  return problemIn(isObject(error) ? { errors: [error] } : value);
}

/** Whether a piece says that it is the last one: `done: true`, or a reason why the text ends. */
function isLast(value: Record<string, unknown>): boolean {
  const [choice] = [value['choices'], value['candidates']].flatMap(listIn);
  return [value, ...(isObject(choice) ? [choice] : [])].some((each) => {
    const flags = [each['done'], each['is_finished'], each['stop'], each['finished']];
    const reasons = [each['finish_reason'], each['finishReason'], each['stop_reason']];
    return flags.includes(true) || reasons.some((reason) => typeof reason === 'string' && reason);
  });
}

function listIn(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function stringIn(value: Record<string, unknown>, keys: readonly string[]): string | undefined {
  return keys.map((key) => value[key]).find((each) => typeof each === 'string');
}

function parsedJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

/** How deeply nested the text of an event may be, lists not counted. */
const MAX_DEPTH = 4;

/** Where APIs like this one put the text; the first of them that has one counts. */
const TEXT_KEYS = [
  ...['content', 'delta', 'text', 'message', 'error', 'data', 'choices', 'candidates'],
  ...['parts', 'value', 'output_text', 'response', 'output', 'reply', 'answer', 'textDelta'],
  ...['token', 'generated_text', 'completion', 'chunk', 'contentBlockDelta'],
];

/** The text of a reply that is not streamed. Throws when there is none. */
export function replyIn(body: unknown): string {
  const reply = unwrapped(body);
  const text = isObject(reply) && typeByContent(reply) !== 'error' ? textOf(reply) : undefined;
  if (text === undefined) throw new TypeError('no text of a reply');
  return text;
}

/** The text of an event or of a whole reply, some levels down if need be. */
export function textOf(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return joined(value.map((each) => textOf(each, depth)));
  if (!isObject(value) || depth === MAX_DEPTH || isAside(value)) return undefined;
  for (const key of TEXT_KEYS) {
    const text = key in value ? textOf(value[key], depth + 1) : undefined;
    if (text !== undefined) return text;
  }
  return undefined;
}

function joined(texts: (string | undefined)[]): string | undefined {
  const known = texts.filter((text) => text !== undefined);
  return known.length === 0 ? undefined : known.join('');
}

/** A part that is no text of the assistant: a tool's result, or what it thinks. */
function isAside({ type, role }: Record<string, unknown>): boolean {
  if (typeof role === 'string' && !/^(?:assistant|model|ai|bot)$/i.test(role)) return true;
  return typeof type === 'string' && ASIDE_NAME.test(type.toLowerCase());
}

/** Limits on what is told of a reply: its events come from outside. */
const MAX_SHAPES = 12;
const MAX_SHAPE_DEPTH = 4;
const MAX_NAMES = 12;
const MAX_NAME_LENGTH = 40;

/** Which events and property names a reply was made of, for `--debug`: never their text. */
export class SeenEvents {
  readonly #counts = new Map<string, number>();

  note(event: string | undefined, data: string): void {
    const name = event === undefined ? '' : `${shortened(event)} `;
    this.noteShape(name + shapeOf(jsonOrText(data)));
  }

  noteShape(shape: string): void {
    const isKnown = this.#counts.has(shape) || this.#counts.size < MAX_SHAPES;
    const key = isKnown ? shape : 'others';
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Such as `12 delta {content}, 1 done {content, whatsapp_template}`. */
  toString(): string {
    const shapes = [...this.#counts].map(([shape, count]) => `${count} ${shape}`);
    return shapes.length === 0 ? 'no event' : shapes.join(', ');
  }
}

/** The property names of a value, nested ones too, without any content. */
export function shapeOf(value: unknown, depth = 0): string {
  if (Array.isArray(value)) return `[${value.length === 0 ? '' : shapeOf(value[0], depth)}]`;
  if (!isObject(value)) return value === null ? 'null' : depth === 0 ? 'text' : typeof value;
  if (depth === MAX_SHAPE_DEPTH) return '{…}';
  const names = Object.entries(value).slice(0, MAX_NAMES);
  const shown = names.map(([name, each]) => {
    const isNested = typeof each === 'object' && each !== null;
    return shortened(name) + (isNested ? `: ${shapeOf(each, depth + 1)}` : '');
  });
  return `{${shown.join(', ')}${Object.keys(value).length > MAX_NAMES ? ', …' : ''}}`;
}

function shortened(name: string): string {
  return name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}…` : name;
}

function jsonOrText(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}
