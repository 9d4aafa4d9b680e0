import type { Context } from '../process/context.js';
import { asSession, openAccount } from '../account/account.js';
import { pipedChat } from './chat/piped.js';
import type { ChatOptions } from './options.js';

/** A chat, with a person or with lines from a pipe. Gives the exit code. */
export async function chat(options: ChatOptions, context: Context): Promise<number> {
  if (context.stdin.isTTY && context.stderr.isTTY) {
    const { interactiveChat } = await import('./chat/interactive.js');
    return interactiveChat(options, context);
  }
  const account = await openAccount(options, context);
  try {
    return await pipedChat(asSession(account), options, context);
  } finally {
    await account.close();
  }
}
