import { limits } from '../limits.ts';

/** For how long the oldest unread event has waited: what was measured last, and the time since. */
export class Lag {
  #measuredSeconds: number | null = null;
  #measuredAt = Number.NEGATIVE_INFINITY;

  measured(seconds: number | null): void {
    this.#measuredSeconds = seconds;
    this.#measuredAt = performance.now();
  }

  /** Whether there was an unread event. */
  get unread(): boolean {
    return this.#measuredSeconds !== null;
  }

  /** Grows on by itself while nothing can be measured. */
  get seconds(): number {
    if (this.#measuredSeconds === null) return 0;
    return this.#measuredSeconds + (performance.now() - this.#measuredAt) / 1000;
  }

  get isLate(): boolean {
    return this.seconds * 1000 > limits.projectionLateMs;
  }

  get isStale(): boolean {
    return performance.now() - this.#measuredAt > limits.projectionPollMs;
  }
}
