import type { AppError } from '../base/errors.js';
import type { Assistant, Conversation } from '../conversations/conversation.js';
import type { Setting, Settings } from '../settings/settings.js';

/** The outcome of a check that did not fail. */
export type CheckOutcome =
  | { status: 'pass'; says: string }
  | { status: 'warn'; says: string; fix: string }
  /** Not requested. */
  | { status: 'skip'; says: string };

/** One requirement of a turn. */
export interface DoctorCheck {
  /** Also the name in `--json`. */
  name: string;
  /** If one of these checks failed or was skipped, this one is skipped. */
  needs?: readonly string[];
  /** Fails by throwing an AppError. */
  run(ports: DoctorPorts): CheckOutcome | Promise<CheckOutcome>;
}

/** The result of a check. */
export interface CheckResult {
  name: string;
  status: 'pass' | 'warn' | 'fail' | 'skip';
  says: string;
  fix?: string | undefined;
  error?: AppError;
}

export const pass = (says: string): CheckOutcome => ({ status: 'pass', says });
export const warn = (says: string, fix: string): CheckOutcome => ({ status: 'warn', says, fix });

/** The way of a request to the API. */
export interface Route {
  host: string;
  port: number;
  isTls: boolean;
  proxy: { host: string; port: number } | undefined;
}

/** The ports of the checks. Each throws or rejects with AppErrors. */
export interface DoctorPorts {
  /** Such as `20.12.0`. */
  nodeVersion: string;
  /** Each throws when it is read, if it is invalid. */
  settings: Settings;
  /** Our config file, with warnings about access by other users. Throws when it is damaged. */
  config(): { path: string; isThere: boolean; warnings: string[] };
  /** The path of the `.env` in use. Throws when it cannot be read. */
  envFile(): string | undefined;
  /** Undefined when there is no key. A command that prints it is run once. */
  key(): Promise<Setting<string> | undefined>;
  route: () => Route;
  network: NetworkPorts;
  /** The account of the key. */
  account(): Promise<AccountPorts>;
  /** Whether `--turn` was given. */
  wantsTurn: boolean;
}

export interface NetworkPorts {
  /** The addresses of a host. */
  lookUp(host: string): Promise<string[]>;
  connect(host: string, port: number): Promise<void>;
  /** The issuer of the certificate. Rejects when it is not trusted. */
  handshake(host: string, port: number): Promise<string>;
  /** How far the server's clock is ahead of ours, in milliseconds, by any answer of the API. */
  clockOffset(): Promise<number | undefined>;
  /** NODE_EXTRA_CA_CERTS, and whether it can be read. */
  extraCertificates: { path: string; isReadable: boolean } | undefined;
  /** NODE_TLS_REJECT_UNAUTHORIZED=0 */
  isUnchecked: boolean;
}

/** A turn that is only taken to see whether it works. */
export interface TrialOptions {
  assistantId: string;
  /** Undefined starts a conversation; `onStart` gets its id as soon as it is known. */
  conversationId: string | undefined;
  stream: boolean;
  onStart: (conversationId: string) => void;
}

export interface Trial {
  turn: {
    conversationId: string;
    reply: string;
    recovered: boolean;
    timing: { firstTokenMs: number; totalMs: number };
  };
  /** Pieces of text that came before the whole reply. */
  pieces: number;
  /** Events and property names that its reply was made of. */
  seen: string;
}

export interface AccountPorts {
  assistants(): Promise<Assistant[]>;
  assistant(id: string): Promise<Assistant>;
  conversation(id: string): Promise<Conversation>;
  /** The conversation that `--continue` continues. */
  lastConversation(assistantId: string): string | undefined;
  takeTurn(options: TrialOptions): Promise<Trial>;
  /** How many messages Telnyx keeps of a conversation. */
  countMessages(conversationId: string): Promise<number>;
  deleteConversation(id: string): Promise<void>;
}
