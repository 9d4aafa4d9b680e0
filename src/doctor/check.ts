import type { AppError } from '../base/errors.js';
import type { Assistant, Conversation } from '../conversations/conversation.js';
import type { Setting, Settings } from '../settings/settings.js';
import type { Turn } from '../turn/events.js';

/** How a check went that did not fail. */
export type CheckOutcome =
  | { status: 'pass'; says: string }
  | { status: 'warn'; says: string; fix: string }
  /** Not asked for. */
  | { status: 'skip'; says: string };

/** One thing that a first turn needs. */
export interface DoctorCheck {
  /** As in `--json`. */
  name: string;
  /** Checks that must not have failed, or this one is skipped. */
  needs?: readonly string[];
  /** Fails by throwing an AppError. */
  run(ports: DoctorPorts): CheckOutcome | Promise<CheckOutcome>;
}

/** What a check found. */
export interface CheckResult {
  name: string;
  status: 'pass' | 'warn' | 'fail' | 'skip';
  says: string;
  fix?: string | undefined;
  error?: AppError;
}

export const pass = (says: string): CheckOutcome => ({ status: 'pass', says });
export const warn = (says: string, fix: string): CheckOutcome => ({ status: 'warn', says, fix });

/** The person ends the whole, not one check. */
export const isStop = ({ kind }: AppError): boolean =>
  kind === 'interrupted' || kind === 'terminated';

/** Where requests go. */
export interface Route {
  host: string;
  port: number;
  isTls: boolean;
  proxy: { host: string; port: number } | undefined;
}

/** What doctor needs of the world. Each rejects with AppErrors. */
export interface DoctorPorts {
  /** Such as `20.12.0`. */
  nodeVersion: string;
  /** Each throws when it is looked at, if it cannot be right. */
  settings: Settings;
  /** Our config file; its warnings tell of rights that others had. Throws when it is damaged. */
  config(): { path: string; isThere: boolean; warnings: string[] };
  /** The path of the `.env` in use. Throws when it cannot be read. */
  envFile(): string | undefined;
  /** The key itself; undefined when there is none. A command that gives it is run once. */
  key(): Promise<Setting<string> | undefined>;
  route: () => Route;
  network: NetworkPorts;
  /** The account of the key. */
  account(): Promise<AccountPorts>;
  /** Whether a turn is to be tried. */
  wantsTurn: boolean;
}

export interface NetworkPorts {
  /** The addresses of a host. */
  lookUp(host: string): Promise<string[]>;
  connect(host: string, port: number): Promise<void>;
  /** Who issued the certificate. Rejects when it is not trusted. */
  handshake(host: string, port: number): Promise<string>;
  /** Any answer of the API, key or not: how far the server's clock is ahead of ours, in milliseconds. */
  clockLead(): Promise<number | undefined>;
  /** NODE_EXTRA_CA_CERTS, and whether it can be read. */
  extraCertificates: { path: string; isReadable: boolean } | undefined;
  /** NODE_TLS_REJECT_UNAUTHORIZED=0 */
  isUnchecked: boolean;
}

export interface AccountPorts {
  assistants(): Promise<Assistant[]>;
  assistant(id: string): Promise<Assistant>;
  conversation(id: string): Promise<Conversation>;
  /** The one that `--continue` goes on with. */
  lastConversation(assistantId: string): string | undefined;
  /** A turn in a conversation of its own, whose id is told as soon as it is known. */
  takeTurn(assistantId: string, onBegun: (conversationId: string) => void): Promise<Turn>;
  /** How many messages Telnyx keeps of a conversation. */
  countMessages(conversationId: string): Promise<number>;
  deleteConversation(id: string): Promise<void>;
}
