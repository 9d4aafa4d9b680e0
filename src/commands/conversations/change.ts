import { AppError } from '../../base/errors.js';
import { oneLine } from '../../base/text/sanitize.js';
import { jsonLine } from '../../base/text/well-formed.js';
import { defineCommand, type ValuesOf } from '../../command-line/command.js';
import { choice } from '../../command-line/flag.js';
import {
  type Conversation,
  lostMessage,
  renameConversation,
  setTakenOver,
} from '../../conversations/conversation.js';
import { conversationJson } from '../../conversations/details.js';
import { newMetadata, checkedName } from '../../conversations/metadata.js';
import type { Context } from '../../process/context.js';
import { write } from '../../process/output.js';
import { requireAssistant } from '../../settings/resolve.js';
import { runWithAccount } from '../options/account.js';
import { messageFrom } from '../options/message.js';
import { OUTPUT } from '../options/output.js';
import { META, TITLE, SPEAKER } from '../options/target.js';
import { CONVERSATIONS_TARGET, REFERENCE, withConversation } from './reference.js';

type OutputValues = ValuesOf<typeof OUTPUT>;

/** A new conversation with the assistant of the settings; prints its id. */
export const create = defineCommand({
  flags: {
    target: CONVERSATIONS_TARGET,
    output: OUTPUT,
    conversation: {
      title: { ...TITLE, help: 'its name' },
      meta: { ...META, help: 'its metadata (repeatable)' },
    },
  },
  async run({ target, output, conversation: { title, meta } }, context) {
    const name = title === undefined ? undefined : checkedName(title);
    const given = newMetadata(meta);
    await runWithAccount({ target, output }, context, async ({ account, ask }) => {
      const metadata = { ...given, assistant_id: requireAssistant(account.settings) };
      const make = account.client.conversationCreator({ name, metadata });
      const created = await ask((_, call) => make(call));
      await keepingId(created.id, () => print(created, created.id, output, context));
    });
  },
});

/** An id that cannot be printed is in the error. */
async function keepingId(conversationId: string, task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const hint = `it was created all the same: telnyx-chat conversations show ${conversationId}`;
    throw error.with({ conversationId, hint });
  }
}

/** A name given here, kept in the metadata. */
export const rename = defineCommand({
  arguments: REFERENCE,
  flags: { target: CONVERSATIONS_TARGET, output: OUTPUT },
  async run({ operands: [reference = '', text = ''], target, output }, context) {
    const name = checkedName(text);
    await withConversation(reference, { target, output }, context, async ({ id, ask }) => {
      const renamed = await ask((client, call) => renameConversation(client, { id, name }, call));
      await print(renamed, `renamed ${id} to ${oneLine(name)}`, output, context);
    });
  },
});

/** Silences the assistant. */
export const takeOver = takeoverCommand(true);

/** Lets the assistant answer again. */
export const release = takeoverCommand(false);

function takeoverCommand(on: boolean) {
  return defineCommand({
    arguments: REFERENCE,
    flags: { target: CONVERSATIONS_TARGET, output: OUTPUT },
    async run({ operands: [reference = ''], target, output }, context) {
      await withConversation(reference, { target, output }, context, async ({ id, ask }) => {
        const changed = await ask((client, call) => setTakenOver(client, { id, on }, call));
        await print(changed, `${on ? 'taken over' : 'released'} ${id}`, output, context);
      });
    },
  });
}

function print(
  conversation: Conversation,
  line: string,
  { json }: OutputValues,
  { stdout }: Context,
): Promise<void> {
  return write(stdout, json ? jsonLine(conversationJson(conversation)) : `${line}\n`);
}

const WITHOUT_WORDS = 'telnyx-chat conversations say <id|name> One moment, please';

const SIDES = ['assistant', 'user'] as const;

const MESSAGE = {
  speaker: SPEAKER,
  role: choice('--role <role>', 'whose side the person is on', {
    choices: SIDES,
    default: 'assistant',
  }),
};

/** Adds a person's message; the assistant does not answer it. It is there once, however often it is sent. */
export const say = defineCommand({
  arguments: REFERENCE,
  flags: {
    target: CONVERSATIONS_TARGET,
    output: OUTPUT,
    message: MESSAGE,
  },
  async run({ operands: [reference = '', ...words], target, output, message }, context) {
    const text = await messageFrom(words, context, WITHOUT_WORDS);
    await withConversation(reference, { target, output }, context, async ({ id, account, ask }) => {
      const { role, speaker } = message;
      const add = account.client.messageAdder({ conversationId: id, role, text, speaker });
      try {
        await ask((_, call) => add(call));
      } catch (error) {
        throw lostMessage(error, `telnyx-chat conversations show ${id}`);
      }
      const added = { conversation_id: id, role, text, name: speaker ?? null };
      await write(context.stdout, output.json ? jsonLine(added) : `said in ${id}\n`);
    });
  },
});
