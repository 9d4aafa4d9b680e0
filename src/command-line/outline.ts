/** A command with all that can stand behind it, as data: for completion, the man page, nearest names. */
export interface Outline {
  name: string;
  summary: string;
  description: string;
  arguments: OutlineArgument[];
  options: OutlineOption[];
  commands: Outline[];
}

export interface OutlineArgument {
  name: string;
  /** As a usage line shows it: `<key>`, `[message...]`. */
  shown: string;
  description: string;
  isVariadic: boolean;
  /** Empty when the value is free. */
  choices: string[];
}

export interface OutlineOption {
  /** `-a`. */
  short: string | undefined;
  /** `--assistant`. */
  long: string | undefined;
  /** As help shows it: `-a, --assistant <id>`. */
  shown: string;
  description: string;
  takesValue: boolean;
  isRepeatable: boolean;
  choices: string[];
}

/** The command that the names lead to; undefined when one of them is none. */
export function commandAt(root: Outline, names: readonly string[]): Outline | undefined {
  let command: Outline | undefined = root;
  for (const name of names) command = command?.commands.find((each) => each.name === name);
  return command;
}
