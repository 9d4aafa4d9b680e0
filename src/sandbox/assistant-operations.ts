import { json, type Answer } from './answer.js';
import { ASSISTANTS, findAssistant } from './assistants.js';
import type { Call } from './call.js';
import type { Assistant } from './records.js';
import { refuse } from './refusal.js';

export function listAssistants(): Answer {
  return json({ data: ASSISTANTS });
}

export function getAssistant({ id }: Call): Answer {
  return json(requireAssistant(id));
}

export function requireAssistant(id: string): Assistant {
  const assistant = findAssistant(id);
  if (assistant === undefined) throw refuse(404, { detail: `There is no assistant ${id}.` });
  return assistant;
}
