/** One request as it is sent. */
export interface OutgoingRequest {
  method: string;
  /** With the base URL's own path, encoded. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string | undefined;
}

const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const OUTSIDE_PATH = /[^!-~]/;
const OUTSIDE_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * A request in one piece, for one write: text in latin1 where that is enough.
 *
 * @throws TypeError on what would be another request, or more than one.
 */
export function requestBytes(host: string, request: OutgoingRequest): string | Buffer {
  const { body } = request;
  const size = body === undefined ? 0 : Buffer.byteLength(body);
  const head = headOf(host, request, size);
  if (body === undefined) return head;
  // As many bytes as characters: all of them are ASCII.
  if (size === body.length) return head + body;
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]);
}

function headOf(host: string, { method, path, headers, body }: OutgoingRequest, size: number) {
  if (OUTSIDE_PATH.test(path))
    throw new TypeError('a path with a character that has to be encoded');
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
  for (const name in headers) head += headerLine(name, headers[name] ?? '');
  return body === undefined ? `${head}\r\n` : `${head}content-length: ${size}\r\n\r\n`;
}

function headerLine(name: string, value: string): string {
  if (!NAME.test(name) || OUTSIDE_VALUE.test(value)) {
    throw new TypeError(`a character in the header ${name} that HTTP does not allow`);
  }
  return `${name}: ${value}\r\n`;
}
