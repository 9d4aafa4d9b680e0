let tasks: (() => void)[] = [];

/**
 * Runs a task when this round of the event loop has read all that has come in: for writes. Done one after
 * another they wake a reader on another core once; each by itself, with work in between, would find it
 * asleep again, and a write that wakes somebody takes twice as long. A task must not throw.
 */
export function atEndOfRound(task: () => void): void {
  if (tasks.push(task) === 1) setImmediate(runAll);
}

function runAll(): void {
  const due = tasks;
  tasks = [];
  for (const task of due) task();
}
