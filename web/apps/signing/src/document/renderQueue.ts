/**
 * Runs drawing jobs one at a time, the last requested first: what was scrolled to most recently is
 * what the reader looks at. Cancelled jobs never start.
 */
export class RenderQueue {
  #waiting: { run: () => Promise<void> }[] = [];
  #isRunning = false;

  /** Returns a function that takes the job back if it has not started. */
  add(run: () => Promise<void>): () => void {
    const job = { run };
    this.#waiting.push(job);
    void this.#drain();
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== job);
    };
  }

  async #drain(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    // Let a whole burst of requests arrive, so that the latest of it is really the first drawn.
    await Promise.resolve();
    for (let job = this.#waiting.pop(); job; job = this.#waiting.pop()) {
      await job.run().catch(() => undefined);
    }
    this.#isRunning = false;
  }
}
