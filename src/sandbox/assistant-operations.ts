import { json, type Answer } from './answer.js';
import { ASSISTANTS, findAssistant } from './assistants.js';
import type { Call } from './call.js';
import type { Assistant } from './records.js';
import { refuse } from './refusal.js';

export function listAssistants(call: Call): Answer {
  return json({ data: ASSISTANTS.map((assistant) => shown(assistant, call)) });
}

export function getAssistant(call: Call): Answer {
  return json(shown(requireAssistant(call.id), call));
}

function shown(assistant: Assistant, { isRetentionOff }: Call): Assistant {
  return isRetentionOff ? { ...assistant, privacy_settings: { data_retention: false } } : assistant;
}

export function requireAssistant(id: string): Assistant {
  const assistant = findAssistant(id);
  if (assistant === undefined) throw refuse(404, { detail: `There is no assistant ${id}.` });
  return assistant;
}
