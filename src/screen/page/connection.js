/**
 * Keeps the boards of the screen coming for as long as the page lives: over one WebSocket, else
 * over SSE; notices silence and sleep, and says at any time how far what is shown can be trusted.
 */
import { backoff } from './backoff.js';
import { BoardFeeds } from './board-feed.js';
import { openEventSession } from './sse-session.js';
import { openSocketSession } from './ws-session.js';

/** @typedef {import('./subscription.js').Change} Change */
/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('./session.js').SessionEnd} SessionEnd */
/** @typedef {import('./session.js').BoardProblem} BoardProblem */
/** @typedef {'ws' | 'sse'} Transport */

/**
 * connecting: nothing received yet · live: all boards are answered for · paused: connected, but
 * silent for longer than the server ever is · reconnecting · unauthorized: given up.
 * @typedef {'connecting' | 'live' | 'paused' | 'reconnecting' | 'unauthorized'} State
 */

/** @type {Record<Transport, import('./session.js').OpenSession>} */
const openers = { ws: openSocketSession, sse: openEventSession };

// Our pings go out every 5 s on a socket; the server's every 12 s on an event stream.
const silence = {
  ws: { pausedAfterMs: 8_000, lostAfterMs: 14_000 },
  sse: { pausedAfterMs: 16_000, lostAfterMs: 28_000 },
};
const SOCKET_FAILURES_MAX = 2; // In a row; then it is SSE's turn.
const SOCKET_PROBE_MS = 120_000; // While on SSE.
const STEADY_MS = 10_000; // A session that held this long starts the back-off afresh.
const TICK_MS = 1_000;
const SLEPT_MS = 5_000; // A tick this late means that the machine or the tab was asleep.

export class Connection {
  /** @type {string} */ #key;
  /** @type {Transport | undefined} */ #forced;
  /** @type {BoardFeeds} */ #feeds;
  /** @type {Events} */ #events;
  /** @type {State} */ #state = 'connecting';
  /** @type {Session | undefined} */ #session;
  /** @type {Session | undefined} */ #probe;
  /** @type {Transport} */ #transport = 'ws';
  #socketFailures = 0;
  #failures = 0;
  #liveSince = 0;
  #tickedAt = 0;
  /** @type {number | undefined} */ #retryTimer;
  /** @type {number | undefined} */ #probeTimer;
  /** @type {number | undefined} */ #ticker;

  /**
   * @typedef {object} Events
   * @property {(board: number, window: import('./board-window.js').BoardWindow) => void} onWindow
   * @property {() => void} onBoards  What is known of a board, other than its rows, changed.
   * @property {(state: State) => void} onState
   *
   * @param {{ topics: readonly import('./subscription.js').Topic[], first: number, key: string }} wanted
   * @param {Transport | undefined} transport  Use this one only.
   * @param {Events} events
   */
  constructor({ topics, first, key }, transport, events) {
    this.#key = key;
    this.#forced = transport;
    this.#feeds = new BoardFeeds(topics, first);
    this.#events = events;
  }

  /** When what is shown was known to be current. */
  get currentAt() {
    return this.#state === 'live' ? Date.now() : this.#feeds.aliveAt;
  }

  /** The transport in use. */
  get transport() {
    return this.#transport;
  }

  /** What is known of each board, in their order. */
  get boards() {
    return this.#feeds.all;
  }

  start() {
    document.addEventListener('visibilitychange', this.#onWake);
    window.addEventListener('online', this.#onWake);
    this.#tickedAt = Date.now();
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    this.#events.onState(this.#state);
    this.#attempt();
  }

  stop() {
    document.removeEventListener('visibilitychange', this.#onWake);
    window.removeEventListener('online', this.#onWake);
    clearInterval(this.#ticker);
    this.#letGo();
  }

  #letGo() {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#probeTimer);
    this.#session?.close();
    this.#probe?.close();
    this.#session = undefined;
    this.#probe = undefined;
    this.#feeds.rest();
    this.#events.onBoards();
  }

  #attempt() {
    this.#letGo();
    this.#liveSince = Number.POSITIVE_INFINITY;
    const blocked = this.#socketFailures >= SOCKET_FAILURES_MAX;
    this.#transport = this.#forced ?? (blocked ? 'sse' : 'ws');
    this.#session = this.#open(this.#transport, {
      onFirst: () => {
        if (this.#transport === 'sse') this.#probeSocketLater();
      },
      onEnd: (end) => this.#onEnd(end),
    });
  }

  /**
   * @param {Transport} transport
   * @param {{ onFirst: () => void, onEnd: (end: SessionEnd) => void }} events
   * @returns {Session | undefined}
   */
  #open(transport, { onFirst, onEnd }) {
    let isFirst = true;
    const answered = () => {
      if (!isFirst) return;
      isFirst = false;
      onFirst();
    };
    try {
      const session = openers[transport](this.#key, {
        onAlive: (board) => this.#onAlive(board),
        onChange: (board, change) => {
          answered();
          this.#onChange(board, change);
        },
        onProblem: (board, problem) => {
          answered();
          this.#onProblem(board, problem);
        },
        onEnd,
      });
      this.boards.forEach((feed, board) => {
        session.follow(board, feed.subscription);
      });
      return session;
    } catch {
      // This browser cannot do it at all. Told later, as any other end is.
      setTimeout(() => onEnd({ reason: 'lost', opened: false }));
      return undefined;
    }
  }

  /** @param {number} board @param {Change} change */
  #onChange(board, change) {
    const feed = this.#feeds.at(board);
    const wasWell = feed.isAnswered && feed.problem === undefined;
    const window = feed.take(change);
    // It does not lead on from what is shown: everything, then.
    if (window === undefined) return this.#followAgain(board, 'soon');
    this.#onAnswered();
    if (!wasWell) this.#events.onBoards();
    this.#events.onWindow(board, window);
  }

  /** A board that is unknown, or a fault, is asked for again. @param {number} board @param {BoardProblem} problem */
  #onProblem(board, problem) {
    this.#feeds.at(board).refuse(problem);
    this.#onAnswered();
    this.#events.onBoards();
    this.#followAgain(board, 'later');
  }

  /** @param {number} board @param {'soon' | 'later'} when */
  #followAgain(board, when) {
    const feed = this.#feeds.at(board);
    feed.askAgain(when, () => this.#session?.follow(board, feed.subscription));
    if (feed.failures > 1) this.#events.onBoards();
  }

  #onAnswered() {
    if (this.#state === 'live' || !this.#feeds.areAnswered) return;
    this.#liveSince = Date.now();
    this.#setState('live');
  }

  /** @param {SessionEnd} end */
  #onEnd({ reason, opened }) {
    this.#session = undefined;
    this.#feeds.rest();
    if (reason === 'unauthorized') {
      this.stop();
      this.#setState('unauthorized');
      return;
    }
    const held = opened && Date.now() - this.#liveSince >= STEADY_MS;
    this.#failures = held ? 0 : this.#failures + 1;
    this.#countSocketFailure(opened);
    // As long as nothing was shown, there is nothing to come back to.
    this.#setState(this.#state === 'connecting' ? 'connecting' : 'reconnecting');
    this.#events.onBoards();
    this.#retryTimer = setTimeout(() => this.#attempt(), backoff(this.#failures));
  }

  /** @param {boolean} opened */
  #countSocketFailure(opened) {
    if (this.#transport === 'ws') this.#socketFailures = opened ? 0 : this.#socketFailures + 1;
    // When SSE cannot open either it was not the socket's fault. When it could, and broke, the
    // socket gets one chance.
    else this.#socketFailures = opened ? SOCKET_FAILURES_MAX - 1 : 0;
  }

  /** Opens a socket beside the event streams and moves over once it delivers. */
  #probeSocketLater() {
    if (this.#forced !== undefined) return;
    clearTimeout(this.#probeTimer);
    this.#probeTimer = setTimeout(() => {
      this.#probe = this.#open('ws', {
        onFirst: () => {
          this.#session?.close();
          this.#session = this.#probe;
          this.#probe = undefined;
          this.#transport = 'ws';
          this.#socketFailures = 0;
        },
        onEnd: (end) => {
          if (this.#transport === 'ws') return this.#onEnd(end);
          this.#probe = undefined;
          this.#probeSocketLater();
        },
      });
    }, SOCKET_PROBE_MS);
  }

  /** @param {number} board */
  #onAlive(board) {
    this.#feeds.at(board).aliveAt = Date.now();
    const isCurrent =
      this.#feeds.areAnswered && this.#silentMs < silence[this.#transport].pausedAfterMs;
    if (this.#state === 'paused' && isCurrent) this.#setState('live');
  }

  #tick() {
    const now = Date.now();
    const slept = now - this.#tickedAt > SLEPT_MS;
    this.#tickedAt = now;
    if (now - this.#liveSince > STEADY_MS) this.#feeds.forgive();
    // Timers of hidden tabs are slowed down; nobody looks, and `#onWake` catches up.
    if (document.hidden) return;
    if (slept) return this.#onWake();
    if (!this.#feeds.deliver) return;
    const { pausedAfterMs, lostAfterMs } = silence[this.#transport];
    if (this.#silentMs > lostAfterMs) this.#replaceSession('reconnecting');
    else if (this.#silentMs > pausedAfterMs) this.#setState('paused');
  }

  /** Awake, visible or online again: trust nothing that was not heard just now. */
  #onWake = () => {
    if (document.hidden || this.#state === 'unauthorized') return;
    this.#tickedAt = Date.now();
    // It may be on another network by now: the socket gets another chance.
    this.#socketFailures = Math.min(this.#socketFailures, SOCKET_FAILURES_MAX - 1);
    if (this.#session === undefined) return this.#attempt();
    if (this.#feeds.deliver && this.#silentMs > SLEPT_MS + TICK_MS) this.#replaceSession('paused');
  };

  /** A new session makes up for anything missed. @param {State} state */
  #replaceSession(state) {
    this.#setState(state);
    this.#attempt();
  }

  /** @param {State} state */
  #setState(state) {
    if (this.#state === state) return;
    this.#state = state;
    this.#events.onState(state);
  }

  get #silentMs() {
    return Date.now() - this.#feeds.aliveAt;
  }
}
