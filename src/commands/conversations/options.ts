import type { SessionOptions } from '../../account/account.js';
import type { TranscriptFormat } from '../../conversations/transcript.js';

/** The flags of all that is done to conversations. */
export interface AccountFlags extends SessionOptions {
  color: boolean;
}

/** The flags of what is read. */
export interface PageFlags extends AccountFlags {
  pager: boolean;
}

export interface ListFlags extends PageFlags {
  limit: string;
  channel?: string;
  with?: string;
  all?: boolean;
  since?: string;
  meta?: string[];
  name?: string;
}

export interface ExportFlags extends PageFlags {
  format?: TranscriptFormat;
  output?: string;
  force?: boolean;
}
