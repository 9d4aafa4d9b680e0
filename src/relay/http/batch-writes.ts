let tasks: (() => void)[] = [];

/**
 * Runs a task, such as a write, at the end of this round of the event loop. Writes that follow each other
 * wake a reader on another core once; with work in between, each would wake it again, which doubles its
 * cost. A task must not throw.
 */
export function atEndOfRound(task: () => void): void {
  if (tasks.push(task) === 1) setImmediate(runAll);
}

function runAll(): void {
  const due = tasks;
  tasks = [];
  for (const task of due) task();
}
