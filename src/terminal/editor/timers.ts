/** Timers as an argument, so that tests need not wait. Each returns how to stop it. */
export interface Timers {
  every(ms: number, task: () => void): () => void;
  after(ms: number, task: () => void): () => void;
}

export const realTimers: Timers = {
  every(ms, task) {
    const timer = setInterval(task, ms);
    return () => clearInterval(timer);
  },
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};
