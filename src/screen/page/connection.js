/**
 * Keeps one subscription going for as long as the page lives: over WebSocket, else over SSE;
 * notices silence and sleep, and says at any time how far what is shown can be trusted.
 */
import { openEventSession } from './sse-session.js';
import { openSocketSession } from './ws-session.js';

/** @typedef {import('./subscription.js').Subscription} Subscription */
/** @typedef {import('./subscription.js').Change} Change */
/** @typedef {import('./subscription.js').Session} Session */
/** @typedef {import('./subscription.js').SessionEnd} SessionEnd */
/** @typedef {'ws' | 'sse'} Transport */

/**
 * connecting: nothing received yet · live · paused: connected, but silent for longer than the
 * server ever is · reconnecting · unauthorized: given up · unknown-board, fault: still trying.
 * @typedef {'connecting' | 'live' | 'paused' | 'reconnecting' | 'unauthorized'
 *   | 'unknown-board' | 'fault'} StateName
 * @typedef {{ name: StateName, message: string }} State
 */

/** @type {Record<Transport, import('./subscription.js').OpenSession>} */
const openers = { ws: openSocketSession, sse: openEventSession };

// Our pings go out every 5 s on a socket; the server's every 12 s on an event stream.
const silence = {
  ws: { pausedAfterMs: 8_000, lostAfterMs: 14_000 },
  sse: { pausedAfterMs: 16_000, lostAfterMs: 28_000 },
};
const SOCKET_FAILURES_MAX = 2; // In a row; then it is SSE's turn.
const SOCKET_PROBE_MS = 120_000; // While on SSE.
const BACKOFF_MS = { first: 500, longest: 15_000 };
const STEADY_MS = 10_000; // A session that held this long starts the back-off afresh.
const TICK_MS = 1_000;
const SLEPT_MS = 5_000; // A tick this late means that the machine or the tab was asleep.

export class Connection {
  /** @type {Subscription} */ #subscription;
  /** @type {Transport | undefined} */ #forced;
  /** @type {(change: Change, isFirst: boolean) => void} */ #onChange;
  /** @type {(state: State) => void} */ #onState;
  /** @type {State} */ #state = { name: 'connecting', message: '' };
  /** @type {Session | undefined} */ #session;
  /** @type {Session | undefined} */ #probe;
  /** @type {Transport} */ #transport = 'ws';
  #socketFailures = 0;
  #failures = 0;
  #delivers = false;
  #liveSince = 0;
  #aliveAt = 0;
  #tickedAt = 0;
  /** @type {number | undefined} */ #retryTimer;
  /** @type {number | undefined} */ #probeTimer;
  /** @type {number | undefined} */ #ticker;

  /**
   * @param {Subscription} subscription
   * @param {object} options
   * @param {Transport | undefined} options.transport  Use this one only.
   * @param {(change: Change, isFirst: boolean) => void} options.onChange  First of a session.
   * @param {(state: State) => void} options.onState
   */
  constructor(subscription, { transport, onChange, onState }) {
    this.#subscription = subscription;
    this.#forced = transport;
    this.#onChange = onChange;
    this.#onState = onState;
  }

  /** When what is shown was last known to be current. */
  get currentAt() {
    return this.#state.name === 'live' ? Date.now() : this.#aliveAt;
  }

  /** The transport in use. */
  get transport() {
    return this.#transport;
  }

  start() {
    document.addEventListener('visibilitychange', this.#onWake);
    window.addEventListener('online', this.#onWake);
    this.#tickedAt = Date.now();
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    this.#setState('connecting');
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
  }

  #attempt() {
    this.#letGo();
    this.#delivers = false;
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
    try {
      return openers[transport](this.#subscription, {
        onAlive: () => this.#onAlive(),
        onChange: (change) => {
          if (isFirst) {
            onFirst();
            this.#delivers = true;
            this.#liveSince = Date.now();
            this.#setState('live');
          }
          this.#onChange(change, isFirst);
          isFirst = false;
        },
        onEnd,
      });
    } catch {
      // This browser cannot do it at all. Told later, as any other end is.
      setTimeout(() => onEnd({ reason: 'lost', opened: false }));
      return undefined;
    }
  }

  /** @param {SessionEnd} end */
  #onEnd({ reason, opened, message = '' }) {
    this.#session = undefined;
    this.#delivers = false;
    if (reason === 'unauthorized') {
      this.stop();
      this.#setState('unauthorized', message);
      return;
    }
    const held = opened && Date.now() - this.#liveSince >= STEADY_MS;
    this.#failures = held ? 0 : this.#failures + 1;
    if (reason === 'lost') this.#countSocketFailure(opened);
    this.#setState(reason === 'lost' ? this.#stateWhenLost() : reason, message);
    this.#retryTimer = setTimeout(() => this.#attempt(), backoff(this.#failures));
  }

  /** @param {boolean} opened */
  #countSocketFailure(opened) {
    if (this.#transport === 'ws') this.#socketFailures = opened ? 0 : this.#socketFailures + 1;
    // When SSE cannot open either it was not the socket's fault. When it could, and broke, the
    // socket gets one chance.
    else this.#socketFailures = opened ? SOCKET_FAILURES_MAX - 1 : 0;
  }

  /** A board that is unknown, or a fault, stays on the screen until there is something better. */
  #stateWhenLost() {
    const { name } = this.#state;
    if (name === 'connecting' || name === 'unknown-board' || name === 'fault') return name;
    return 'reconnecting';
  }

  /** Opens a socket beside the event stream and moves over once it delivers. */
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

  #onAlive() {
    this.#aliveAt = Date.now();
    if (this.#state.name === 'paused') this.#setState('live');
  }

  #tick() {
    const now = Date.now();
    const slept = now - this.#tickedAt > SLEPT_MS;
    this.#tickedAt = now;
    // Timers of hidden tabs are slowed down; nobody looks, and `#onWake` catches up.
    if (document.hidden) return;
    if (slept) return this.#onWake();
    if (!this.#delivers) return;
    const { pausedAfterMs, lostAfterMs } = silence[this.#transport];
    const silentMs = now - this.#aliveAt;
    if (silentMs > lostAfterMs) this.#replaceSession('reconnecting');
    else if (silentMs > pausedAfterMs) this.#setState('paused');
  }

  /** Awake, visible or online again: trust nothing that was not heard just now. */
  #onWake = () => {
    if (document.hidden || this.#state.name === 'unauthorized') return;
    this.#tickedAt = Date.now();
    // It may be on another network by now: the socket gets another chance.
    this.#socketFailures = Math.min(this.#socketFailures, SOCKET_FAILURES_MAX - 1);
    if (this.#session === undefined) return this.#attempt();
    const silentMs = Date.now() - this.#aliveAt;
    if (this.#delivers && silentMs > SLEPT_MS + TICK_MS) this.#replaceSession('paused');
  };

  /** A new session begins with a snapshot, which makes up for anything missed. @param {StateName} state */
  #replaceSession(state) {
    this.#setState(state);
    this.#attempt();
  }

  /** @param {StateName} name */
  #setState(name, message = '') {
    if (this.#state.name === name && this.#state.message === message && name !== 'connecting')
      return;
    this.#state = { name, message };
    this.#onState(this.#state);
  }
}

/** @param {number} failures */
function backoff(failures) {
  const longest = Math.min(BACKOFF_MS.longest, BACKOFF_MS.first * 2 ** Math.min(failures - 1, 10));
  return longest * (0.5 + Math.random() / 2);
}
