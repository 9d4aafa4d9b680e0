export interface KeyHelp {
  keys: string;
  does: string;
}

/** The keys of the chat, for `/help` and the README. What they do is in terminal/editor. */
export const KEYS: readonly KeyHelp[] = [
  { keys: 'Enter', does: 'send; during a reply, queue the message' },
  { keys: 'Ctrl-J', does: 'new line; also Alt-Enter, or \\ and Enter' },
  { keys: '"""', does: 'start a message of several lines; """ ends it' },
  { keys: 'Ctrl-G', does: 'edit the message in $VISUAL or $EDITOR; also Ctrl-X' },
  { keys: 'Tab', does: 'complete or list commands, conversations, assistants' },
  { keys: 'Up, Down', does: 'earlier messages that start with what you typed' },
  { keys: 'Ctrl-R', does: 'search earlier messages' },
  { keys: 'Ctrl-W, Ctrl-U', does: 'delete the word, or the line, before the cursor' },
  { keys: 'Ctrl-Y', does: 'insert what was last deleted' },
  { keys: 'Ctrl-_', does: 'undo' },
  { keys: 'Ctrl-L', does: 'clear the screen' },
  { keys: 'Ctrl-C', does: 'cancel the reply; clear the message; twice when empty: exit' },
  { keys: 'Ctrl-D', does: 'exit, when the prompt is empty' },
  { keys: 'Ctrl-Z', does: 'suspend; fg resumes' },
];
