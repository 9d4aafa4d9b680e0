/** What came is not HTTP. Its code is of the kind that Node's own parser gives. */
export class HttpSyntaxError extends Error {
  override readonly name = 'HttpSyntaxError';
  readonly code = 'HPE_INVALID';
}
