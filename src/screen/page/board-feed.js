/** One board or challenge of a connection: its window, how it goes on, and what the server says against it. */
import { backoff } from './backoff.js';
import { applyChange } from './board-window.js';

/** @typedef {import('./board-window.js').BoardWindow} BoardWindow */
/** @typedef {import('./session.js').BoardProblem} BoardProblem */

export class BoardFeed {
  /** @type {import('./subscription.js').Topic} */ #topic;
  /** @type {number} */ #first;
  /** @type {BoardWindow | undefined} */ #window;
  #isSuspect = false;
  /** @type {BoardProblem | undefined} */ problem;
  /** Whether the present session told its state. */
  isAnswered = false;
  /** Whether a stream sends its changes. */
  delivers = false;
  /** When anything of it was last heard. */
  aliveAt = 0;
  /** In a row. */
  failures = 0;
  /** Until it is asked for again. @type {number | undefined} */ #retryTimer;

  /** @param {import('./subscription.js').Topic} topic @param {number} first */
  constructor(topic, first) {
    this.#topic = topic;
    this.#first = first;
  }

  /** What to ask for now: to go on where it stopped, or everything. */
  get subscription() {
    const { version, seasonId } = this.#window ?? {};
    const isKnown = version !== undefined && seasonId !== undefined && !this.#isSuspect;
    const place = isKnown ? { version, seasonId } : undefined;
    return { topic: this.#topic, first: this.#first, place };
  }

  /**
   * The window after a change; undefined when it is not what comes next. Then all is asked for.
   * @param {import('./subscription.js').Change} change
   */
  take(change) {
    const window = applyChange(this.#window, change, this.#first);
    this.#isSuspect = window === undefined;
    this.isAnswered = this.delivers = window !== undefined;
    if (window === undefined) return undefined;
    this.#window = window;
    this.problem = undefined;
    return window;
  }

  /** @param {BoardProblem} problem */
  refuse(problem) {
    this.problem = problem;
    this.isAnswered = true;
    this.delivers = false;
    // Should it have been the place that the server cannot make sense of.
    this.#isSuspect = true;
  }

  /**
   * A stream of its own that failed. What the old one still sends does not put it off.
   * @param {'soon' | 'later'} when  Soon, the first time.
   * @param {() => void} ask
   */
  askAgain(when, ask) {
    if (this.#retryTimer !== undefined) return;
    this.failures += 1;
    const waitMs = when === 'soon' && this.failures === 1 ? 0 : backoff(this.failures);
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      ask();
    }, waitMs);
  }

  /** Its session ended or begins anew. */
  rest() {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.isAnswered = false;
    this.delivers = false;
  }
}

/** All boards of a screen, in their order. */
export class BoardFeeds {
  /** @type {readonly BoardFeed[]} */ all;

  /** @param {readonly import('./subscription.js').Topic[]} topics @param {number} first */
  constructor(topics, first) {
    this.all = topics.map((topic) => new BoardFeed(topic, first));
  }

  /** @param {number} board */
  at(board) {
    const feed = this.all[board];
    if (feed === undefined) throw new Error(`no board ${board}`);
    return feed;
  }

  /** Whether the present session told the state of each. */
  get areAnswered() {
    return this.all.every(({ isAnswered }) => isAnswered);
  }

  /** Whether a stream sends changes of any. */
  get deliver() {
    return this.all.some(({ delivers }) => delivers);
  }

  /** When the one heard longest ago was heard. */
  get aliveAt() {
    const delivering = this.all.filter(({ delivers }) => delivers);
    const heard = delivering.length > 0 ? delivering : this.all;
    return Math.min(...heard.map(({ aliveAt }) => aliveAt));
  }

  /** Their session ended or begins anew. */
  rest() {
    for (const feed of this.all) feed.rest();
  }

  /** A gap in the changes of a board that comes again is not held against it for ever. */
  forgive() {
    for (const feed of this.all) if (feed.delivers) feed.failures = 0;
  }
}
