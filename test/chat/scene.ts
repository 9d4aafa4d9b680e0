import { AppError } from '../../src/base/errors.js';
import type { Chat, ChatState } from '../../src/chat/chat.js';
import { runChat } from '../../src/chat/loop.js';
import type {
  ChatPorts,
  ChatTurn,
  LineEditor,
  Paint,
  Playback,
  Typed,
} from '../../src/chat/ports.js';
import { promptOf } from '../../src/chat/prompt.js';
import type {
  Assistant,
  Conversation,
  Insight,
  Message,
} from '../../src/conversations/conversation.js';
import { codeBlocksIn } from '../../src/terminal/markdown/code-blocks.js';
import { parseChatFile } from '../../src/testing/chat-file/parse.js';
import { openAnyTranscript } from '../../src/testing/recording/open-transcript.js';
import { messageCount, playback } from '../../src/testing/recording/playback.js';
import { toolCallLine } from '../../src/conversations/transcript.js';
import type { ReplyEvent } from '../../src/turn/events.js';
import { stillClock, type StillClock } from '../helpers/still-clock.js';

/** What the person does: a line typed, Enter on the draft, or something that happens when the chat next reads. */
export type Doing = string | { type: 'interrupt' } | { type: 'enter' } | ((scene: Scene) => void);

/** What the assistant gives in one turn. An AppError fails it there; a function runs there. */
export type Step = ReplyEvent | AppError | ((scene: Scene) => void);

export interface World {
  state?: Partial<ChatState>;
  assistants?: Partial<Assistant>[];
  conversations?: Partial<Conversation>[];
  messages?: Partial<Message>[];
  /** Of conversations without a name, by id. */
  firstWords?: Record<string, string>;
  insights?: Insight[];
  /** Files that can be played, by name. */
  files?: Record<string, string>;
  /** How reading a page of messages fails. */
  pageFailure?: AppError;
  /** How adding a message fails, try by try; then it is added. */
  addFailures?: AppError[];
  turns?: Step[][];
  /** What is chosen in a dialog; without it the person changes their mind. */
  choose?: string;
  confirm?: boolean;
}

/** A chat over ports that write down all that happens. */
export interface Scene {
  chat: Chat;
  clock: StillClock;
  /** What the person sees and does, in order: see `scene`. */
  transcript: string[];
  /** Of the window. */
  titles: string[];
  /** What the assistant was told. */
  sent: ChatTurn[];
  /** Calls of the API, with what they were given. */
  asked: unknown[][];
  /** Sends lines with Enter while something runs. */
  queue(...lines: string[]): void;
  /** Lines on hold: they come back to the prompt one by one. */
  held: string[];
  /** Ctrl-C while something runs. */
  interrupt(): void;
  /** Ends the chat from outside. */
  stop(reason: unknown): void;
  /** How many listen for the stop. */
  listeners(): number;
}

const PAINT: Paint = {
  dim: (text) => `~${text}~`,
  error: (text) => `!${text}!`,
  prompt: (text) => text,
  takenOver: (text) => text,
};

const TIMES = { createdAt: '', lastMessageAt: '' };

/**
 * In the transcript, `> ` is what was typed, `~…~` a notice, `!…!` an error, `draft: ` what is put
 * back on the prompt, `prompt: ` another prompt, `[…]` the status line, `[]` its end; a reply is as it
 * was printed.
 */
export function scene(world: World = {}): Scene {
  const transcript: string[] = [];
  const titles: string[] = [];
  const ending = new AbortController();
  const interruptListeners = new Set<() => void>();
  let listeners = 0;
  const editor = fakeEditor(transcript, promptOf({ speaker: undefined, ...world.state }, PAINT));
  editor.onInterrupt = (called) => {
    interruptListeners.add(called);
    return () => void interruptListeners.delete(called);
  };
  const { signal } = ending;
  countListeners(signal, (change) => (listeners += change));
  const clock = stillClock();
  const sent: ChatTurn[] = [];
  const asked: unknown[][] = [];
  const result: Scene = {
    chat: {
      state: {
        assistantId: 'a-1',
        conversationId: undefined,
        title: undefined,
        speaker: undefined,
        lastText: undefined,
        lastFailure: undefined,
        unconfirmed: new Set(),
        added: [],
        turns: [],
        names: { assistant: '', conversation: '' },
        replies: [],
        trace: false,
        ...world.state,
      },
      ports: {
        editor,
        clock,
        signal,
        api: apiOf(world, asked),
        firstWords: () => Promise.resolve(new Map(Object.entries(world.firstWords ?? {}))),
        dialogs: {
          choose: ({ text, choices }) => {
            const labels = choices.map(({ cells }) => cells.filter((cell) => cell !== ''));
            transcript.push(`? ${text}`, ...labels.map((label) => `  ${label.join('  ')}`));
            return Promise.resolve(world.choose);
          },
          confirm: (question) => {
            transcript.push(`? ${question}`);
            return Promise.resolve(world.confirm ?? false);
          },
          edit: (text) => Promise.resolve({ text: `${text}, edited` }),
          copy: (text) => Promise.resolve(`the clipboard: ${text}`),
        },
        openTranscript: openAnyTranscript,
        playback: (file) => playbackIn(world.files ?? {}, file),
        save: (file, text) => Promise.resolve(`/home/${file}: ${text}`),
        paint: PAINT,
        isVerbose: false,
        isAnimated: false,
        columns: () => 80,
        wrap: (text) => text,
        openReplyPrinter: () => Promise.resolve({ write: (text) => text, end: () => '⏎' }),
        announce: () => void transcript.push('(announced)'),
        setTitle: (title) => void titles.push(title),
        codeBlocks: (reply) => Promise.resolve(codeBlocksIn(reply)),
        trace: undefined,
        toolCallLine: (call) => toolCallLine(call, { columns: 60, arrow: '→' }),
        settingLines: () => ['api_key       …  environment'],
        async *takeTurn(turn, stop) {
          const steps = world.turns?.[sent.length] ?? [done('ok')];
          sent.push(turn);
          for (const step of steps) {
            await Promise.resolve();
            if (step instanceof AppError) throw step;
            if (typeof step === 'function') step(result);
            else yield step;
            stop.throwIfAborted();
          }
        },
      },
    },
    clock,
    transcript,
    titles,
    sent,
    asked,
    queue: (...lines) => void editor.queued.push(...lines),
    held: editor.held,
    interrupt: () => interruptListeners.forEach((listener) => listener()),
    stop: (reason) => ending.abort(reason),
    listeners: () => listeners,
  };
  return result;
}

function playbackIn(files: Record<string, string>, name: string): Promise<Playback> {
  const text = files[name];
  if (text === undefined) return Promise.reject(new AppError('usage', `there is no file ${name}`));
  const file = parseChatFile(name, Buffer.from(text));
  return Promise.resolve({ count: messageCount(file), messages: playback(file) });
}

interface FakeEditor extends LineEditor {
  queued: string[];
  held: string[];
  draft: string;
}

function fakeEditor(transcript: string[], prompt: string): FakeEditor {
  let shownPrompt = prompt;
  const editor: FakeEditor = {
    queued: [],
    held: [],
    draft: '',
    read: () => Promise.resolve({ type: 'end' }),
    setPrompt(next) {
      if (next !== shownPrompt) transcript.push(`prompt: ${next}`);
      shownPrompt = next;
    },
    restoreDraft(text) {
      transcript.push(`draft: ${text}`);
      editor.draft = text;
    },
    holdQueued(first) {
      if (first !== undefined) editor.held.unshift(first);
      editor.held.push(...editor.queued.splice(0));
    },
    restoreHeld(mayComeBack = () => true) {
      if (editor.draft !== '' || editor.queued.length > 0) return;
      const index = editor.held.findIndex(mayComeBack);
      if (index >= 0) editor.restoreDraft(editor.held.splice(index, 1)[0] ?? '');
    },
    forgetHeld(line) {
      const index = editor.held.indexOf(line);
      if (index >= 0) editor.held.splice(index, 1);
    },
    onInterrupt: () => () => undefined,
    print: (text, to) => void transcript.push(to === 'stderr' ? text.replace(/\n$/, '') : text),
    printSent: (text, prompt = shownPrompt) => void transcript.push(`${prompt}${text}`),
    setStatus: (text) => void transcript.push(`[${text ?? ''}]`),
    suspend: (task) => task(),
    hasFocus: () => undefined,
    clear: () => void transcript.push('(cleared)'),
    close: () => void transcript.push('(closed)'),
  };
  return editor;
}

/** Tells of each that begins or stops to listen for the abort. */
function countListeners(signal: AbortSignal, count: (change: 1 | -1) => void): void {
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    if (args[0] === 'abort') count(1);
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    if (args[0] === 'abort') count(-1);
    remove(...args);
  };
}

/** A chat with the doings, to its end. Gives what the person saw. */
export async function chatOf(doings: Doing[], world: World = {}): Promise<Scene> {
  const played = scene(world);
  await play(played, doings);
  return played;
}

/** Plays a chat to its end. */
export function play(played: Scene, doings: Doing[]): Promise<void> {
  const left = [...doings];
  const editor = played.chat.ports.editor as FakeEditor;
  const typed = (next: string): Typed => {
    played.transcript.push(`> ${next}`);
    return { type: 'text', text: next };
  };
  editor.read = async (): Promise<Typed> => {
    const queued = editor.queued.shift();
    if (queued !== undefined) return typed(queued);
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      if (typeof next === 'function') {
        next(played);
        continue;
      }
      const { draft } = editor;
      if (typeof next === 'string' || next.type === 'enter') editor.draft = '';
      if (typeof next === 'string') return typed(next);
      if (next.type === 'enter' && draft !== '') return typed(draft);
      if (next.type === 'enter') continue;
      played.transcript.push('> ^C');
      return next;
    }
    return Promise.resolve({ type: 'end' });
  };
  return runChat(played.chat);
}

function apiOf(world: World, asked: unknown[][]): ChatPorts['api'] {
  const conversations = (world.conversations ?? []).map(conversationOf);
  const assistants = (world.assistants ?? []).map(assistantOf);
  const one = async <T extends { id: string }>(id: string, all: T[]): Promise<T> => {
    const found = await Promise.resolve(all.find((each) => each.id === id));
    if (!found) throw new AppError('not_found', `no ${id}`);
    return found;
  };
  return {
    listAssistants: ({ timeoutMs }) => {
      asked.push(['listAssistants', timeoutMs]);
      return Promise.resolve(assistants);
    },
    getAssistant: (id) => one(id, assistants),
    getConversation: (id) => one(id, conversations),
    listConversations: (filters) => {
      asked.push(['listConversations', filters]);
      return Promise.resolve(conversations);
    },
    getMessages: (id, { number }) => {
      asked.push(['getMessages', id, number]);
      const messages = (world.messages ?? []).map(messageOf);
      if (world.pageFailure) return Promise.reject(world.pageFailure);
      return Promise.resolve({ messages, total: messages.length, pages: 1 });
    },
    updateConversation: (id, metadata) => {
      asked.push(['updateConversation', id, metadata]);
      return one(id, conversations);
    },
    messageAdder(message) {
      asked.push(['messageAdder', message]);
      const failures = [...(world.addFailures ?? [])];
      return () => {
        asked.push(['add']);
        const error = failures.shift();
        return error ? Promise.reject(error) : Promise.resolve();
      };
    },
    listInsights: (id) => {
      asked.push(['listInsights', id]);
      return Promise.resolve(world.insights ?? []);
    },
  };
}

export function assistantOf(some: Partial<Assistant>): Assistant {
  const texts = { name: '', model: '', instructions: '', greeting: '', createdAt: '' };
  return { id: 'a-1', ...texts, dataRetention: true, hasTools: false, ...some };
}

function conversationOf(some: Partial<Conversation>): Conversation {
  return { id: 'c-1', name: '', metadata: {}, ...TIMES, ...some };
}

export function messageOf(some: Partial<Message>, index = 0): Message {
  const time = new Date(Date.UTC(2026, 0, 1, 12, index)).toISOString();
  return { role: 'user', text: '', createdAt: time, sentAt: time, toolCalls: [], ...some };
}

export const STARTED: ReplyEvent = { type: 'start', conversationId: 'c-1', newConversation: true };

export const delta = (text: string): ReplyEvent => ({ type: 'delta', text });

/** The end of a turn; its reply was found again, or took so many milliseconds. */
export function done(reply: string, more: { recovered?: boolean; ms?: number } = {}): ReplyEvent {
  const { recovered = false, ms = 0 } = more;
  const facts = { conversationId: 'c-1', assistantId: 'a-1', newConversation: true, recovered };
  const timing = { firstTokenMs: ms, totalMs: ms * 2 };
  return { type: 'done', turn: { ...facts, reply, timing } };
}
