import { withAccount } from '../../account/calls.js';
import type { Context } from '../../process/context.js';
import type { Conversation } from '../../conversations/conversation.js';
import { conversationJson } from '../../conversations/json.js';
import { checkedName } from '../../conversations/names.js';
import * as control from '../../conversations/update.js';
import { oneLine } from '../../text/sanitize.js';
import { jsonLine } from '../../text/json-line.js';
import { requireAssistant } from '../../settings/resolve.js';
import { AppError } from '../../base/errors.js';
import { write } from '../../process/write.js';
import { newMetadata } from '../../conversations/metadata.js';
import type { AccountFlags } from './options.js';
import { withConversation } from './reference.js';

interface Given<Flags extends AccountFlags = AccountFlags> {
  flags: Flags;
  context: Context;
}

/** A new conversation with the assistant of the settings; prints its id. */
export async function create(
  flags: AccountFlags & { title?: string; meta?: string[] },
  context: Context,
): Promise<void> {
  const name = flags.title === undefined ? undefined : checkedName(flags.title);
  const given = newMetadata(flags.meta);
  await withAccount(flags, context, async (account, ask) => {
    const metadata = { ...given, assistant_id: requireAssistant(account.settings) };
    const make = account.client.conversationCreator({ name, metadata });
    const conversation = await ask((_, call) => make(call));
    await keepingId(conversation.id, () => tell(conversation, conversation.id, { flags, context }));
  });
}

/** An id that cannot be printed is in the error. */
async function keepingId(conversationId: string, print: () => Promise<void>): Promise<void> {
  try {
    await print();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const hint = `it was begun all the same: telnyx-chat conversations show ${conversationId}`;
    throw error.with({ conversationId, hint });
  }
}

/** A name given here, kept in the metadata. */
export async function rename(idOrName: string, text: string, given: Given): Promise<void> {
  const name = checkedName(text);
  await withConversation(idOrName, given, async ({ id, ask }) => {
    const renamed = await ask((client, call) => control.rename(client, { id, name }, call));
    await tell(renamed, `renamed ${id} to ${oneLine(name)}`, given);
  });
}

/** Silences the assistant, or lets it answer again. */
export async function setTakenOver(idOrName: string, on: boolean, given: Given): Promise<void> {
  await withConversation(idOrName, given, async ({ id, ask }) => {
    const changed = await ask((client, call) => control.setTakenOver(client, { id, on }, call));
    await tell(changed, `${on ? 'taken over' : 'released'} ${id}`, given);
  });
}

function tell(
  conversation: Conversation,
  line: string,
  { flags, context: { stdout } }: Given,
): Promise<void> {
  return write(stdout, flags.json ? jsonLine(conversationJson(conversation)) : `${line}\n`);
}
