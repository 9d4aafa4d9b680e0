import { isObject } from './wire.js';

/** Limits on what is told of a reply: its events come from outside. */
const MAX_SHAPES = 12;
const MAX_DEPTH = 4;
const MAX_NAMES = 12;
const MAX_NAME_LENGTH = 40;

/** Which events and property names a reply was made of, for `--debug`: never their text. */
export class SeenEvents {
  readonly #counts = new Map<string, number>();

  note(event: string | undefined, data: string): void {
    const name = event === undefined ? '' : `${shortened(event)} `;
    this.noteShape(name + shapeOf(parsedJson(data)));
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
  if (depth === MAX_DEPTH) return '{…}';
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

function parsedJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}
