import type { ServerResponse } from 'node:http';
import { chatAnswering } from './answering-server.js';

export interface HeldChat {
  /** Base URL of an API whose chat answers as the test says, piece by piece. */
  url: string;
  /** Resolves with the next request's answer, to be written. */
  next(): Promise<HeldReply>;
}

export interface HeldReply {
  say(text: string): void;
  end(): void;
  /** Breaks the connection off. */
  breakOff(): void;
  /** Resolves when who asked is gone. */
  left: Promise<void>;
}

/** An API whose replies come when the test lets them. */
export async function heldChat(): Promise<HeldChat> {
  const waiting: HeldReply[] = [];
  let tell: () => void = () => undefined;
  const url = await chatAnswering((response) => {
    waiting.push(heldReply(response));
    tell();
  });
  return {
    url,
    async next() {
      for (;;) {
        const reply = waiting.shift();
        if (reply) return reply;
        await new Promise<void>((resolve) => void (tell = resolve));
      }
    },
  };
}

function heldReply(response: ServerResponse): HeldReply {
  let whole = '';
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const event = (name: string, data: object): void =>
    void response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  return {
    say(text) {
      whole += text;
      event('delta', { text });
    },
    end() {
      event('done', { content: whole });
      response.end();
    },
    breakOff: () => void response.destroy(),
    left: new Promise((resolve) => response.on('close', resolve)),
  };
}
