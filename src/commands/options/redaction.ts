import { toggle } from '../../command-line/flag.js';
import type { Redactor } from '../../redact/redact.js';

/** Masks personal data in what a command gives out. */
export const REDACT = toggle(
  '--redact',
  'mask phone numbers, e-mail addresses, cards, IBANs, long numbers',
);

/** Undefined when nothing is masked. */
export async function redactorFor(isOn: boolean): Promise<Redactor | undefined> {
  return isOn ? (await import('../../redact/redact.js')).openRedactor() : undefined;
}
