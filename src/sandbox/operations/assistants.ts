import { json, refuse, type Answer } from '../answer.js';
import type { Assistant } from '../store.js';
import type { Call } from '../call.js';

export function listAssistants(call: Call): Answer {
  return json({ data: call.store.listAssistants().map((each) => shown(each, call)) });
}

export function getAssistant(call: Call): Answer {
  return json(shown(requireAssistant(call), call));
}

function shown(assistant: Assistant, { isRetentionOff }: Call): Assistant {
  return isRetentionOff ? { ...assistant, privacy_settings: { data_retention: false } } : assistant;
}

/** The assistant in the path, or a Refusal. */
export function requireAssistant({ id, store }: Call): Assistant {
  const assistant = store.findAssistant(id);
  if (assistant === undefined) throw refuse(404, { detail: `There is no assistant ${id}.` });
  return assistant;
}
