/**
 * When boards are drawn. However many changes come, a board is drawn once a round, in its newest
 * state; rounds are as far apart as the eye and the machine need them to be.
 */

const ROUND_MS = 300; // Movements must be followed by eye.
const BUDGET_MS = 24; // What a round may cost before movements are left out …
const STILL_MS = 5_000; // … for this long.
const SHARE = 10; // Drawing takes at most one part in so many of the machine's time.

/** @typedef {{ draw(mayMove: boolean): void }} Drawable */

export class Pace {
  /** @type {Set<Drawable>} */ #due = new Set();
  /** @type {number | undefined} */ #timer;
  #nextAt = 0;
  #stillUntil = 0;

  /** Draws it in the next round. @param {Drawable} view */
  request(view) {
    this.#due.add(view);
    if (this.#timer !== undefined) return;
    const waitMs = Math.max(0, Math.ceil(this.#nextAt - performance.now()));
    this.#timer = setTimeout(() => this.#round(), waitMs);
  }

  /** Draws it at once: nothing of it is shown yet. @param {Drawable} view */
  now(view) {
    this.#due.delete(view);
    view.draw(false);
  }

  #round() {
    this.#timer = undefined;
    const startedAt = performance.now();
    const due = [...this.#due];
    this.#due.clear();
    for (const view of due) view.draw(startedAt >= this.#stillUntil);
    const cost = performance.now() - startedAt;
    if (cost > BUDGET_MS) this.#stillUntil = startedAt + STILL_MS;
    this.#nextAt = startedAt + Math.max(ROUND_MS, cost * SHARE);
  }
}
