import type { JsonReport } from '../testing/report/json.js';
import type { ClientSettings } from './interface.js';

/** How a `.chat` file is read. */
export interface ChatFileOptions {
  /** Its name in mistakes and reports; `file.chat` by default. */
  path?: string | undefined;
  /** The values of `{{name}}`. */
  variables?: Record<string, string> | undefined;
}

/** A case of a `.chat` file. */
export interface ChatFileCase {
  readonly title: string;
  readonly tags: readonly string[];
  /** From 1. */
  readonly line: number;
}

/** The conversations of a `.chat` file, as {@link parseChatFile} gives them. */
export interface ParsedChatFile {
  readonly path: string;
  readonly cases: readonly ChatFileCase[];
}

/** How the cases of a file are run, and with which account. */
export interface RunChatFileSettings extends Omit<ClientSettings, 'apiKey'> {
  /** A key of the Telnyx portal; a replay needs none. */
  apiKey?: string | undefined;
  /** The assistant of cases that name none. */
  assistantId?: string | undefined;
  /** Checks the file against its own recording; nothing is sent. */
  replay?: boolean | undefined;
  /** Cases at a time; 2 by default. */
  concurrency?: number | undefined;
  /** Whether conversations stay after a pass. */
  keep?: boolean | undefined;
  /** Which cases are run; all by default. */
  only?: ((each: ChatFileCase) => boolean) | undefined;
  /** Aborted, the run ends with what was done. */
  signal?: AbortSignal | undefined;
}

/** The report of `telnyx-chat test --json`; its schema is `telnyx-chat/dist/report.schema.json`. */
export type ChatFileReport = JsonReport;
