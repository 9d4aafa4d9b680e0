// Loaded late: only `--follow` needs it.
import type { Notices } from '../../account/account.js';
import { stoppedWith } from '../../base/errors.js';
import { Follower } from '../../conversations/follow.js';
import { followNotice, type FollowEvent } from '../../conversations/follow-event.js';
import { messageJson } from '../../conversations/json.js';
import type { Conversation, Message } from '../../conversations/conversation.js';
import { isTakenOver } from '../../conversations/update.js';
import type { Context } from '../../process/context.js';
import { writerForReader } from '../../process/write.js';
import type { Redactor } from '../../redact/redact.js';
import { jsonLine } from '../../text/json-line.js';
import type { NamedConversation } from './reference.js';

export interface FollowView {
  begin: (conversation: Conversation) => string;
  message: (message: Message) => string;
}

interface FollowPrinting {
  context: Context;
  notices: Notices;
  view: FollowView;
  redactor: Redactor | undefined;
  isJson: boolean;
}

/** Prints a conversation's messages, and then each one that comes, until the program is stopped. Gives the exit code. */
export function printFollowed(named: NamedConversation, printing: FollowPrinting): Promise<number> {
  return follow(named, printing).catch(stoppedWith);
}

async function follow(
  { id, ask, account }: NamedConversation,
  { context, notices, view, redactor, isJson }: FollowPrinting,
): Promise<number> {
  const write = writerForReader(context.stdout);
  const conversation = await ask((client, call) => client.getConversation(id, call));
  if (!isJson) await write(view.begin(conversation));
  const { clock, signal } = context;
  const follower = new Follower(id, { api: account.client, clock, signal });
  // Its details have said so.
  let isKnown = !isJson && isTakenOver(conversation);
  for await (const event of follower.events()) {
    const isSaid = isKnown && event.type === 'state' && event.isTakenOver;
    if (event.type === 'state') isKnown = false;
    if (isSaid) continue;
    if (isJson) await write(jsonOf(event, redactor));
    else if (event.type === 'message') await write(view.message(event.message));
    else if (event.type !== 'listed') notices.notify(followNotice(event));
  }
  return 0;
}

/** A line for each message and each change of who answers. */
function jsonOf(event: FollowEvent, redactor: Redactor | undefined): string {
  if (event.type === 'message') {
    const message = redactor ? redactor.message(event.message) : event.message;
    return jsonLine({ type: 'message', ...messageJson(message) });
  }
  return event.type === 'state' ? jsonLine({ type: 'state', ai_disabled: event.isTakenOver }) : '';
}
