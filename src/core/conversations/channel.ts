import { AppError } from '../../errors.js';
import { nearest } from '../nearest.js';

/** The metadata key of the channel that a conversation began on. */
export const CHANNEL_KEY = 'telnyx_conversation_channel';
/** The metadata key of the number on the other side. */
export const NUMBER_KEY = 'telnyx_end_user_target';

/** Those that are documented; there may be others. */
export const KNOWN_CHANNELS = ['phone_call', 'web_call', 'sms_chat', 'sms', 'web_chat'];

/** The channel itself when it can be one. */
export function checkedChannel(text: string): string {
  if (/^[\w-]{1,64}$/.test(text)) return text;
  throw new AppError('usage', `bad --channel ${JSON.stringify(text)}`, {
    hint: `channels are ${KNOWN_CHANNELS.join(', ')}`,
  });
}

/** What to say when a channel has no conversations: it may be mistyped; '' for a known one. */
export function channelAdvice(channel: string): string {
  if (KNOWN_CHANNELS.includes(channel)) return '';
  const near = nearest(channel, KNOWN_CHANNELS);
  return near
    ? `did you mean --channel ${near}?`
    : `known channels are ${KNOWN_CHANNELS.join(', ')}`;
}
