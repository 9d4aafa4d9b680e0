import type { Context } from '../../process/context.js';
import type { Conversation } from '../../conversations/conversation.js';
import { nameOf } from '../../conversations/names.js';
import {
  CHANNEL_KEY,
  checkedChannel,
  NUMBER_KEY,
  checkedNumber,
  sinceTime,
} from '../../conversations/filters.js';
import { usedAt } from '../../conversations/paginate.js';
import { AppError } from '../../base/errors.js';
import { parsedMetadata } from '../../conversations/metadata.js';
import type { ListFlags } from './options.js';

/** Which conversations are meant. */
export interface Selection {
  /** Infinity for all. */
  limit: number;
  /** What the API chooses by. */
  where: Record<string, string>;
  /** What is chosen here: a name, part of it in any case. */
  isNamed: (conversation: Conversation) => boolean;
  /** Last used before the time that was given: so are all that follow. */
  isTooOld: (conversation: Conversation) => boolean;
}

/** The selection that flags ask for. Throws on any that cannot be right. */
export function selectionOf(flags: ListFlags, { clock }: Context): Selection {
  const { name, since, assistant, all } = flags;
  if (all && assistant !== undefined) {
    throw new AppError('usage', '--all and --assistant exclude each other', {
      hint: 'leave out --all for those of one assistant, --assistant for those of all',
    });
  }
  const from = since === undefined ? undefined : sinceTime(since, clock.now());
  return {
    limit: limitOf(flags.limit),
    where: filters(flags),
    isNamed: (each) =>
      name === undefined || nameOf(each).toLowerCase().includes(name.toLowerCase()),
    // Without a time of its own, nothing is known of it.
    isTooOld: (each) => from !== undefined && usedAt(each) > 0 && usedAt(each) < from,
  };
}

function filters({ channel, with: number, meta }: ListFlags): Record<string, string> {
  const pairs = Object.entries(parsedMetadata(meta));
  return {
    ...(channel === undefined
      ? {}
      : { [`metadata->${CHANNEL_KEY}`]: `eq.${checkedChannel(channel)}` }),
    ...(number === undefined
      ? {}
      : { [`metadata->${NUMBER_KEY}`]: `eq.${checkedNumber('--with', number)}` }),
    ...Object.fromEntries(pairs.map(([key, value]) => [`metadata->${key}`, `eq.${value}`])),
  };
}

function limitOf(text: string): number {
  if (text === 'all') return Infinity;
  const limit = Number(text);
  if (/^\d{1,9}$/.test(text) && limit > 0) return limit;
  throw new AppError('usage', `bad --limit ${JSON.stringify(text)}`, {
    hint: 'give a whole number from 1 on, or all',
  });
}
