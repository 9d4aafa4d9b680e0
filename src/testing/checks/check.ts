import type { Variables, Json } from '../chat-file/syntax.js';

/** A regular expression as it was written: its source may hold `{{name}}`. */
export interface Pattern {
  source: string;
  flags: string;
}

/** A text has to contain one of these texts, or a match. */
export type TextRule = { type: 'texts'; texts: string[] } | { type: 'pattern'; pattern: Pattern };

/** A call that a check asks for; without arguments, any will do. */
export interface ExpectedCall {
  tool: string;
  arguments?: { [key: string]: Json } | undefined;
}

export type Check =
  | { type: 'says'; isNever: boolean; rule: TextRule }
  | { type: 'is'; text: string }
  /** `share` of the words of the reference, from 0 to 1. */
  | { type: 'like'; share: number }
  | { type: 'calls'; calls: ExpectedCall[] }
  | { type: 'calls-times'; call: ExpectedCall; times: number }
  | { type: 'calls-nothing' }
  | { type: 'never-calls'; call: ExpectedCall }
  | { type: 'result'; tool: string; rule: TextRule }
  | { type: 'first-word'; ms: number }
  | { type: 'answers'; ms: number }
  | { type: 'max-words'; words: number }
  | { type: 'fits-sms'; parts: number }
  | { type: 'speakable' }
  | { type: 'silent' }
  | { type: 'metadata'; isNever: boolean; key: string; value: string }
  | { type: 'keep'; name: string; pattern: Pattern }
  | { type: 'judge'; text: string };

export type CheckType = Check['type'];

/** A tool call of a turn, and its answer if the conversation has one. */
export interface ToolUse {
  name: string;
  /** The text of the model, usually JSON. */
  arguments: string;
  result?: string | undefined;
}

/** A value that was observed, or the reason why it is unknown. */
export type Known<T> = { value: T } | { unknown: string };

/** A turn as it went, for its checks. */
export interface Observation {
  /** '' when the assistant was silent. */
  reply: Known<string>;
  /** Whether the turn was refused because a person has taken the conversation over. */
  isSilent: boolean;
  firstWordMs: Known<number>;
  totalMs: Known<number>;
  tools: Known<ToolUse[]>;
  metadata: Known<Readonly<Record<string, string>>>;
  /** The reply that was accepted last: `<` in the file. */
  reference: string;
  variables: Variables;
  /** A whole conversation was observed, as its replies and its calls together. */
  isConversation?: boolean | undefined;
}

/** A turn of which nothing was observed, and the reason why. */
export function unobserved(reason: string): Omit<Observation, 'variables'> {
  const unknown = { unknown: reason };
  return {
    ...{
      reply: unknown,
      firstWordMs: unknown,
      totalMs: unknown,
      tools: unknown,
      metadata: unknown,
    },
    isSilent: false,
    reference: '',
  };
}

/** `error`: it could not be told whether the check holds. */
export type CheckVerdict = 'passed' | 'failed' | 'error';

export interface Finding {
  verdict: CheckVerdict;
  /** Why it does not hold, or cannot be told; '' when it holds. */
  reason: string;
  /** The value that the check keeps for later turns. */
  kept?: { name: string; value: string } | undefined;
}

export const PASSED: Finding = { verdict: 'passed', reason: '' };

export function failed(reason: string): Finding {
  return { verdict: 'failed', reason };
}

export function impossible(reason: string): Finding {
  return { verdict: 'error', reason };
}

/** Judges what was observed; what is not known cannot be judged. */
export function onKnown<T>(known: Known<T>, judge: (value: T) => Finding): Finding {
  return 'value' in known ? judge(known.value) : impossible(known.unknown);
}
