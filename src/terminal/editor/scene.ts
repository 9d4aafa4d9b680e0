export interface Status {
  text: string;
  /** How long it has been shown, in milliseconds; undefined where nothing is drawn again. */
  elapsed: number | undefined;
}

/** What the bottom of the terminal shows. */
export interface Scene {
  prompt: string;
  text: string;
  cursor: number;
  status: Status | undefined;
  /** What was sent while a turn runs, waiting for its own. */
  queued: readonly string[];
  /** True while nobody waits for what is typed. */
  isBusy: boolean;
}
