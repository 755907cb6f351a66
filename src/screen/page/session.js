/** One connection with the streams of several boards or challenges on it: the bookkeeping both transports share. */
import { changeOf, reasonOf } from './subscription.js';

/** @typedef {import('./subscription.js').Subscription} Subscription */
/** @typedef {import('./subscription.js').Change} Change */
/** @typedef {import('./subscription.js').Result} Result */
/** @typedef {import('./subscription.js').Reason} Reason */

/**
 * Boards are told apart by their number on the screen, from 0.
 *
 * @typedef {object} SessionEnd
 * @property {'lost' | 'unauthorized'} reason
 * @property {boolean} opened  Whether anything was ever answered.
 *
 * @typedef {{ name: 'unknown' | 'fault', message: string }} BoardProblem
 *
 * @typedef {object} SessionEvents
 * @property {(board: number) => void} onAlive  Anything at all came, after a first change.
 * @property {(board: number, change: Change) => void} onChange
 * @property {(board: number, problem: BoardProblem) => void} onProblem  The server answers, and
 *   sends nothing of this board.
 * @property {(end: SessionEnd) => void} onEnd  Of all of it; at most once, never after `close`.
 *
 * @typedef {object} Session
 * @property {(board: number, subscription: Subscription) => void} follow  In place of the stream
 *   that the board had.
 * @property {() => void} close
 *
 * @typedef {(key: string, events: SessionEvents) => Session} OpenSession
 *
 * @typedef {object} Receiver
 * @property {() => void} alive
 * @property {(result: Result) => void} result
 * @property {(why: Reason) => void} end
 */

const OPEN_MS = 10_000; // Until the first answer of a stream.

/**
 * @param {SessionEvents} events
 * @param {object} transport
 * @param {(subscription: Subscription, receiver: Receiver) => () => void} transport.open  A
 *   stream; gives how to leave it.
 * @param {() => void} transport.release  Lets go of the connection.
 */
export function createSession(events, { open, release }) {
  /** @type {Map<number, Stream>} */
  const streams = new Map();
  let opened = false;
  let over = false;

  function close() {
    if (over) return;
    over = true;
    for (const stream of streams.values()) stream.close();
    streams.clear();
    release();
  }

  /** @param {Reason} why */
  function end({ reason }) {
    if (over) return;
    close();
    events.onEnd({ reason: reason === 'unauthorized' ? reason : 'lost', opened });
  }

  /** @param {number} board @param {Reason} why */
  function onStreamEnd(board, { reason, message = '' }) {
    if (reason === 'lost' || reason === 'unauthorized') return end({ reason });
    opened = true;
    streams.delete(board);
    events.onProblem(board, { name: reason, message });
  }

  return {
    end,
    close,
    /** Something came on the connection that all streams share. */
    alive() {
      for (const stream of streams.values()) stream.receiver.alive();
    },
    /** @param {number} board @param {Subscription} subscription */
    follow(board, subscription) {
      if (over) return;
      streams.get(board)?.close();
      const stream = createStream({
        onAlive: () => events.onAlive(board),
        onChange: (change) => {
          opened = true;
          events.onChange(board, change);
        },
        onEnd: (why) => onStreamEnd(board, why),
      });
      streams.set(board, stream);
      stream.leaveWith(open(subscription, stream.receiver));
    },
  };
}

/** @typedef {ReturnType<typeof createStream>} Stream */

/**
 * One board's stream: results become changes or an end, and it ends once.
 * @param {object} events
 * @param {() => void} events.onAlive
 * @param {(change: Change) => void} events.onChange
 * @param {(why: Reason) => void} events.onEnd
 */
function createStream({ onAlive, onChange, onEnd }) {
  let opened = false;
  let over = false;
  /** @type {() => void} */
  let leave = () => {};
  // Proxies swallow upgrades and hold streams back: then nothing comes, not even an end.
  const openTimer = setTimeout(() => end({ reason: 'lost' }), OPEN_MS);

  function close() {
    if (over) return;
    over = true;
    clearTimeout(openTimer);
    leave();
  }

  /** @param {Reason} why */
  function end(why) {
    if (over) return;
    close();
    onEnd(why);
  }

  return {
    close,
    /** @param {() => void} how */
    leaveWith(how) {
      leave = how;
      if (over) leave();
    },
    receiver: {
      end,
      /** Says nothing about what is shown as long as the first change is still to come. */
      alive() {
        if (opened && !over) onAlive();
      },
      /** @param {Result} result */
      result(result) {
        if (over) return;
        const change = changeOf(result);
        if (change === undefined) return end(reasonOf(result.errors ?? []));
        opened = true;
        clearTimeout(openTimer);
        onAlive();
        onChange(change);
      },
    },
  };
}
