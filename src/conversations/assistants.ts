import { AppError } from '../base/errors.js';
import { checkedId } from '../text/ids.js';
import { nearest } from '../text/nearest.js';
import { sanitize } from '../text/sanitize.js';
import type { Assistant } from './conversation.js';
import { clockTime, oneLine } from './details.js';
import { existing } from './find.js';

/** An assistant as `--json` shows it: null where nothing is known. */
export function assistantJson(assistant: Assistant) {
  const { id, name, model, instructions, greeting, createdAt, dataRetention } = assistant;
  return {
    id,
    name,
    model: model || null,
    instructions,
    greeting,
    data_retention: dataRetention,
    created_at: createdAt || null,
  };
}

/** What is known of an assistant: a label and its lines, safe on a terminal. */
export function assistantRows(assistant: Assistant): [label: string, lines: string[]][] {
  const { id, name, model, instructions, greeting, createdAt, dataRetention } = assistant;
  const rows: [string, string][] = [
    ['id', oneLine(id)],
    ['name', oneLine(name)],
    ['model', oneLine(model)],
    ['created', clockTime(createdAt)],
    ['history', dataRetention ? 'is kept' : 'is not kept (data_retention: false)'],
    ['greeting', sanitize(greeting)],
    ['instructions', sanitize(instructions)],
  ];
  return rows
    .filter(([, text]) => text !== '')
    .map(([label, text]): [string, string[]] => [label, text.split('\n')]);
}

export interface AssistantSource {
  /** Rejects with `not_found` when there is none. */
  get: (id: string) => Promise<Assistant>;
  list: () => Promise<Assistant[]>;
}

/** The assistant with an id or a name. Throws `usage` when several have the name, `not_found` when none has. */
export async function findAssistant(
  idOrName: string,
  { get, list }: AssistantSource,
): Promise<Assistant> {
  const byId = isId(idOrName) ? await existing(get(idOrName)) : undefined;
  if (byId) return byId;
  const all = await list();
  const [found, ...others] = all.filter(({ name }) => name === idOrName);
  if (found && others.length === 0) return found;
  if (found) {
    const ids = [found, ...others].map(({ id }) => id);
    throw new AppError('usage', `${JSON.stringify(idOrName)} names ${ids.length} assistants`, {
      hint: `use an id: ${ids.join(', ')}`,
    });
  }
  const near = nearest(
    idOrName,
    all.flatMap(({ id, name }) => [id, name]),
  );
  throw new AppError('not_found', `no assistant is called ${JSON.stringify(idOrName)}`, {
    hint: near ? `did you mean ${near}?` : 'telnyx-chat assistants list shows their ids and names',
  });
}

function isId(text: string): boolean {
  try {
    return checkedId('assistant', text) === text;
  } catch {
    return false;
  }
}
