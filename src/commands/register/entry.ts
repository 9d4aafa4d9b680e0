import type { Command } from 'commander';
import type { Context } from '../../process/context.js';
import type { Outline } from '../../command-line/outline.js';

/** What a command is given besides its flags. */
export interface Surroundings {
  context: Context;
  /** Sets the exit code of a command that ends without throwing. */
  exit: (code: number) => void;
  /** The whole program: each command with its flags. */
  outline: () => Promise<Outline>;
}

/** A command as the overview lists it; its flags are defined only when it is the one to run. */
export interface CommandEntry {
  name: string;
  summary: string;
  define: (command: Command, surroundings: Surroundings) => void;
}
