import { json, type Answer } from './answer.js';

/** Ends an operation with an answer that says no. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly answer: Answer;

  constructor(answer: Answer) {
    super('refused');
    this.answer = answer;
  }
}

/** Codes and titles by status. Telnyx falls back to the status as the code where it has none. */
const TELNYX_ERRORS: Readonly<Record<number, readonly [code: string, title: string]>> = {
  400: ['10015', 'Bad Request'],
  401: ['10009', 'Authentication failed'],
  403: ['10010', 'Authorization failed'],
  404: ['10005', 'Resource not found'],
  405: ['405', 'Method Not Allowed'],
  408: ['10008', 'Request timeout'],
  409: ['10036', 'Resource being processed'],
  413: ['10007', 'Unexpected error'],
  422: ['10027', 'Unprocessable entity'],
  429: ['10011', 'Too many requests'],
  500: ['500', 'Internal Server Error'],
  503: ['10016', 'Service unavailable'],
};

export interface ErrorParts {
  detail: string;
  code?: string;
  title?: string;
  source?: { pointer?: string; parameter?: string };
  headers?: Record<string, string> | undefined;
}

/** The body of Telnyx's own errors, as opposed to those of validation. */
export function errorBody(status: number, { detail, code, title, source }: ErrorParts): unknown {
  const [usualCode, usualTitle] = TELNYX_ERRORS[status] ?? [String(status), 'Error'];
  const url = `https://developers.telnyx.com/docs/overview/errors/${code ?? usualCode}`;
  return {
    errors: [
      { code: code ?? usualCode, title: title ?? usualTitle, detail, source, meta: { url } },
    ],
  };
}

export function errorAnswer(status: number, parts: ErrorParts): Answer {
  const answer = json(errorBody(status, parts), status);
  return { ...answer, headers: { ...answer.headers, ...parts.headers } };
}

export function refuse(status: number, parts: ErrorParts): Refusal {
  return new Refusal(errorAnswer(status, parts));
}

export interface ValidationError {
  loc: (string | number)[];
  msg: string;
  type: string;
}

/** The 422 that every operation gives when a field or a parameter is not what it should be. */
export function invalid(...detail: ValidationError[]): Refusal {
  return new Refusal(json({ detail }, 422));
}
