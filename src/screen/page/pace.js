/**
 * When boards are drawn. However many changes come, a board is drawn once a round, in its newest
 * state; rounds are as far apart as the eye and the machine need them to be.
 */

const ROUND_MS = 300; // Movements must be followed by eye.
const ROUND_LONGEST_MS = 1_000; // A check-in shows within two seconds on any machine.
const BUDGET_MS = 40; // When two rounds in a row cost more, movements are left out …
const STILL_MS = 5_000; // … for this long. The first round of all is always slow.
const SHARE = 10; // Drawing takes one part in so many of the machine's time, where it can be.

/** @typedef {import('./movement.js').Moving} Moving */

/**
 * Reading places and writing in turns would make the browser lay out the page each time. So all
 * boards are read first, then written, then moved.
 * @typedef {object} Drawable
 * @property {(mayMove: boolean) => () => readonly Moving[]} prepare  Reads; gives how to write,
 *   which tells what is to move.
 */

export class Pace {
  /** @type {(rows: readonly Moving[]) => void} */ #move;
  /** @type {Set<Drawable>} */ #due = new Set();
  /** @type {number | undefined} */ #timer;
  #nextAt = 0;
  #isStrained = false;
  #stillUntil = 0;

  /** @param {(rows: readonly Moving[]) => void} move */
  constructor(move) {
    this.#move = move;
  }

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
    view.prepare(false)();
  }

  #round() {
    this.#timer = undefined;
    const startedAt = performance.now();
    const mayMove = startedAt >= this.#stillUntil;
    const prepared = [...this.#due].map((view) => view.prepare(mayMove));
    this.#due.clear();
    this.#move(prepared.flatMap((write) => write()));
    const cost = performance.now() - startedAt;
    const isOver = cost > BUDGET_MS;
    if (isOver && this.#isStrained) this.#stillUntil = startedAt + STILL_MS;
    this.#isStrained = isOver;
    this.#nextAt = startedAt + Math.min(ROUND_LONGEST_MS, Math.max(ROUND_MS, cost * SHARE));
  }
}
