// Loaded late: for `GET /openapi.json` alone.

/** Of every answer. */
const HEADERS = { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } };
const RETRY_AFTER = { 'Retry-After': { $ref: '#/components/headers/Retry-After' } };

/** The failures that an operation may answer with, by status. */
const FAILURES: Record<number, [description: string, headers?: object]> = {
  400: ['Invalid request body, no message, or an invalid Idempotency-Key'],
  401: [
    'No token, or a wrong one',
    { 'WWW-Authenticate': { description: '`Bearer`', schema: { type: 'string' } } },
  ],
  403: ['A `Host` that is not allowed, or a page of another site'],
  404: ['The conversation is not known, or its id is not for this caller'],
  409: ['A request with this Idempotency-Key is in progress', RETRY_AFTER],
  413: ['The body is over 1 MiB'],
  415: ['The body is compressed, or a browser sent one that is not JSON'],
  422: ['This Idempotency-Key was used for another request'],
  429: [
    'Too many requests or turns at once: of this caller, or of the relay at Telnyx',
    RETRY_AFTER,
  ],
  502: ['Telnyx was not reached, or what became of the turn is not known'],
  503: ['Too much at once, the relay is ending, or its Redis is away', RETRY_AFTER],
  504: ['Telnyx took too long'],
};

/** A JSON answer, which may also have other headers and forms. */
export function json(
  schema: string,
  description: string,
  { headers = {}, content = {} }: { headers?: object | undefined; content?: object } = {},
): object {
  const body = { schema: { $ref: `#/components/schemas/${schema}` } };
  return {
    description,
    headers: { ...HEADERS, ...headers },
    content: { 'application/json': body, ...content },
  };
}

export function failures(...statuses: (keyof typeof FAILURES)[]): Record<string, object> {
  return Object.fromEntries(
    statuses.map((status) => {
      const [description = '', headers] = FAILURES[status] ?? [];
      return [String(status), json('Error', description, { headers })];
    }),
  );
}
