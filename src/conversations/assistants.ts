import { AppError, clauseOf } from '../base/errors.js';
import { checkedId, nearest } from '../base/names.js';
import type { CallOptions } from '../base/time.js';
import { oneLine, sanitize } from '../base/text/sanitize.js';
import type { Assistant } from './conversation.js';
import { clockTime } from './details.js';
import { foundOrUndefined } from './find.js';

/** The remedy for an assistant that keeps no data. */
export const RETENTION_FIX =
  'turn on data retention in the assistant’s privacy settings in the Telnyx portal, or choose another assistant';

/** A refusal of the API, explained by the assistant's privacy settings. */
export function retentionOff(refusal: AppError): AppError {
  const why = 'this assistant keeps no data (data_retention: false), and chat needs it';
  return refusal.but({ message: `${clauseOf(refusal)}; ${why}`, hint: RETENTION_FIX });
}

/** An assistant for `--json`; unknown values are null. */
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

/** Everything known of an assistant: labels and their lines, safe on a terminal. */
export function assistantRows(assistant: Assistant): [label: string, lines: string[]][] {
  const { id, name, model, instructions, greeting, createdAt, dataRetention } = assistant;
  const rows: [string, string][] = [
    ['id', oneLine(id)],
    ['name', oneLine(name)],
    ['model', oneLine(model)],
    ['created', clockTime(createdAt)],
    ['history', dataRetention ? 'kept' : 'not kept (data_retention: false)'],
    ['greeting', sanitize(greeting)],
    ['instructions', sanitize(instructions)],
  ];
  return rows
    .filter(([, text]) => text !== '')
    .map(([label, text]): [string, string[]] => [label, text.split('\n')]);
}

/** The columns of `assistants list`; the assistant of the settings is `in use`. */
export function assistantCells(
  { id, name, model }: Assistant,
  effectiveId: string | undefined,
): string[] {
  return [id, name, model, id === effectiveId ? 'in use' : ''].map(oneLine);
}

export interface AssistantSource {
  /** Rejects with `not_found` when there is none. */
  get: (id: string) => Promise<Assistant>;
  list: () => Promise<Assistant[]>;
}

/** Finds an assistant by id or name. Throws `usage` when several have the name, `not_found` when none has. */
export async function findAssistant(
  idOrName: string,
  { get, list }: AssistantSource,
): Promise<Assistant> {
  const byId = isId(idOrName) ? await foundOrUndefined(get(idOrName)) : undefined;
  if (byId) return byId;
  const all = await list();
  const [found, ...others] = all.filter(({ name }) => name === idOrName);
  if (found && others.length === 0) return found;
  if (found) {
    const ids = [found, ...others].map(({ id }) => id);
    throw new AppError('usage', `${ids.length} assistants are named ${JSON.stringify(idOrName)}`, {
      hint: `use an id: ${ids.join(', ')}`,
    });
  }
  const near = nearest(
    idOrName,
    all.flatMap(({ id, name }) => [id, name]),
  );
  throw new AppError('not_found', `no assistant is named ${JSON.stringify(idOrName)}`, {
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

/** An assistant test as it is sent: the body that creates or changes it. */
export interface AssistantTestBody {
  name: string;
  instructions: string;
  rubric: RubricItem[];
  /** For a web chat, the id of the assistant. */
  destination: string;
  telnyx_conversation_channel: 'web_chat';
  max_duration_seconds: number;
  test_suite: string;
}

export interface RubricItem {
  name: string;
  criteria: string;
}

export interface AssistantTest {
  id: string;
  /** As far as Telnyx gives it. */
  body: Partial<Omit<AssistantTestBody, 'telnyx_conversation_channel'>> & {
    telnyx_conversation_channel?: string | undefined;
  };
}

export interface TestRun {
  id: string;
  /** `pending`, `starting`, `running`, `passed`, `failed`, `completed`, `error`, `timeout`, or another word. */
  status: string;
  /** The verdicts on the items of the rubric, by their names. */
  items: { name: string; status: string }[];
  conversationId: string | undefined;
  /** The only word on why; '' when there is none. */
  logs: string;
}

/** The operations of Telnyx's own assistant tests. All of them reject with AppErrors. */
export interface AssistantTestsClient {
  /** All tests of a suite. */
  listTests(suite: string, options: CallOptions): Promise<AssistantTest[]>;
  /** A function that creates one test, and still only one when it is called again. */
  testCreator(body: AssistantTestBody): (options: CallOptions) => Promise<AssistantTest>;
  updateTest(id: string, body: AssistantTestBody, options: CallOptions): Promise<void>;
  /** Starts a run, of the main version unless another one is given. */
  triggerTest(
    run: { testId: string; versionId: string | undefined },
    options: CallOptions,
  ): Promise<TestRun>;
  getTestRun(run: { testId: string; runId: string }, options: CallOptions): Promise<TestRun>;
}
