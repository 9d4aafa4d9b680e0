// Loaded late: for `GET /openapi.json` alone.
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { version } from '../base/environment.js';
import { CHAT_BODY, TRACE_PARENT } from './chat/contract.js';

const conversationId = v.pipe(
  v.string(),
  v.description('Continues the conversation when it is sent with the next message.'),
);

const CHAT_REPLY = v.object({ conversation_id: conversationId, reply: v.string() });

const DELTA = v.object({ text: v.pipe(v.string(), v.description('The next piece of the reply.')) });

const ERROR = v.object({
  error: v.string(),
  conversation_id: v.optional(
    v.pipe(v.string(), v.description('Known where the turn of a conversation failed.')),
  ),
});

const STATUS = v.looseObject({ status: v.string() });

/** The bodies by name, as JSON Schema; that of a request is what checks it. */
function bodySchemas() {
  return {
    ChatRequest: schemaOf(CHAT_BODY),
    ChatReply: schemaOf(CHAT_REPLY),
    ChatDelta: schemaOf(DELTA),
    Error: schemaOf(ERROR),
    Status: schemaOf(STATUS),
  };
}

function schemaOf(schema: v.GenericSchema): object {
  const described = toJsonSchema(schema, { target: 'draft-2020-12', typeMode: 'input' });
  // OpenAPI names the dialect for the whole document.
  delete described.$schema;
  return described;
}

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
function json(
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

function failures(...statuses: (keyof typeof FAILURES)[]): Record<string, object> {
  return Object.fromEntries(
    statuses.map((status) => {
      const [description = '', headers] = FAILURES[status] ?? [];
      return [String(status), json('Error', description, { headers })];
    }),
  );
}

/**
 * The description of the relay in OpenAPI 3.1, as JSON.
 * @param needsToken whether callers show a token; without, `/metrics` is on a port of its own only
 */
export function openApiDocument(needsToken: boolean): string {
  const security = needsToken ? [{ token: [] }] : [];
  return JSON.stringify({
    openapi: '3.1.0',
    info: {
      title: 'telnyx-chat relay',
      version,
      description: 'Chat with a Telnyx AI Assistant, without its key.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths: {
      '/chat': { post: { ...CHAT, security } },
      '/health': { get: HEALTH },
      '/ready': { get: READY },
      ...(needsToken ? { '/metrics': { get: { ...METRICS, security } } } : {}),
      '/openapi.json': { get: DESCRIPTION },
    },
    components: {
      schemas: bodySchemas(),
      headers: COMMON_HEADERS,
      ...(needsToken ? { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } : {}),
    },
  });
}

const COMMON_HEADERS = {
  'X-Request-Id': {
    description: 'Names the request in the log of the relay.',
    schema: { type: 'string' },
  },
  'Retry-After': {
    description: 'Seconds after which the request may be sent again.',
    schema: { type: 'integer', minimum: 1 },
  },
};

const EVENTS = [
  'With `Accept: text/event-stream`: `delta` events, each with a ChatDelta, then one `done` with a ChatReply,',
  'or `error` with an Error. A failure before the first event has its own status.',
].join(' ');

const CHAT = {
  operationId: 'chat',
  summary: 'Takes one turn',
  description: `Turns of one conversation run in order. ${EVENTS}`,
  parameters: [
    {
      name: 'Idempotency-Key',
      in: 'header',
      description:
        'With it, the turn is finished though the caller leaves, and the same request gets the same answer for 24 hours.',
      schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
    },
    {
      name: 'X-Request-Id',
      in: 'header',
      description: 'A name of the caller for this request, for the log.',
      schema: { type: 'string', pattern: '^[\\w.:-]{1,64}$' },
    },
    {
      name: 'traceparent',
      in: 'header',
      description: 'The W3C trace of the caller, passed on to Telnyx. Anything else is left out.',
      schema: { type: 'string', pattern: TRACE_PARENT.source },
    },
  ],
  requestBody: {
    required: true,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/ChatRequest' } } },
  },
  responses: {
    200: json('ChatReply', `The reply. ${EVENTS}`, {
      headers: {
        'Idempotent-Replayed': {
          description: '`true` when this is the stored answer of an earlier request.',
          schema: { type: 'string' },
        },
      },
      content: {
        'text/event-stream': {
          schema: { type: 'string' },
          example:
            'event: delta\ndata: {"text":"Hi."}\n\nevent: done\ndata: {"conversation_id":"c-1","reply":"Hi."}\n\n',
        },
      },
    }),
    ...failures(400, 401, 403, 404, 409, 413, 415, 422, 429, 502, 503, 504),
    default: json('Error', 'Any other status with which Telnyx refused the turn'),
  },
};

const HEALTH = {
  operationId: 'health',
  summary: 'Whether the process lives',
  responses: { 200: json('Status', 'It does'), ...failures(403) },
};

const READY = {
  operationId: 'ready',
  summary: 'Whether it can take turns',
  responses: { 200: json('Status', 'It can'), ...failures(403, 503) },
};

const METRICS = {
  operationId: 'metrics',
  summary: 'Metrics for Prometheus',
  responses: {
    200: {
      description: 'In the text format of Prometheus',
      content: { 'text/plain': { schema: { type: 'string' } } },
    },
    ...failures(401, 403, 503),
  },
};

const DESCRIPTION = {
  operationId: 'openapi',
  summary: 'This description',
  responses: {
    200: {
      description: 'OpenAPI 3.1',
      content: { 'application/json': { schema: { type: 'object' } } },
    },
    ...failures(403),
  },
};
