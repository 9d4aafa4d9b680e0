import type { Duplex } from 'node:stream';

/** The answer that is under way on a connection: Node keeps it there from the request's head to the answer's end. */
export function answerOn(socket: Duplex): { headersSent: boolean } | undefined {
  const message: unknown = Reflect.get(socket, '_httpMessage');
  if (typeof message !== 'object' || message === null || !('headersSent' in message))
    return undefined;
  return { headersSent: message.headersSent === true };
}
