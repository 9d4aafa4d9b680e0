import { json, refuse, type Answer } from '../answer.js';
import type { Assistant } from '../store.js';
import type { Call } from '../call.js';

export function listAssistants(call: Call): Answer {
  return json({ data: call.store.listAssistants().map((each) => shown(each, call)) });
}

export function getAssistant(call: Call): Answer {
  return json(shown(requireAssistant(call), call));
}

/** The only tool of the scripted assistants. They make up what it answers: its server does not exist. */
const WEATHER_TOOL = {
  type: 'webhook',
  webhook: {
    name: 'get_weather',
    description: 'The weather of a city, made up by the sandbox.',
    method: 'GET',
    url: 'https://sandbox.invalid/weather',
    query_parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
    },
  },
};

function shown(assistant: Assistant, { isRetentionOff }: Call): object {
  const privacy = isRetentionOff ? { privacy_settings: { data_retention: false } } : {};
  return { ...assistant, tools: [WEATHER_TOOL], ...privacy };
}

/** The assistant in the path, or a Refusal. */
export function requireAssistant({ id, store }: Call): Assistant {
  const assistant = store.findAssistant(id);
  if (assistant === undefined) throw refuse(404, { detail: `There is no assistant ${id}.` });
  return assistant;
}
