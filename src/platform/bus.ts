import type { Log } from './log.ts';

/**
 * Small JSON objects from one node to all. Best effort: what must not be lost lives in the
 * database, a message only says that there is something to read, and `onGap` says when one may
 * have been missed.
 */
export type Bus = {
  /**
   * Hands `message`, a JSON object, to every listener of every node, this one's soon after the
   * call returns. Best effort: never throws, holds a bounded number of messages. What cannot be
   * delivered is counted as dropped and leads to a gap at the nodes that missed it.
   */
  publish(message: unknown): void;
  /**
   * Calls `listener` for each well-formed message, own ones included, as parsed JSON, shared by
   * all listeners. A throwing listener is logged, nothing else. Returns unsubscribe.
   */
  subscribe(listener: (message: unknown) => void): () => void;
  /**
   * Calls `listener` whenever messages may have been lost: the owner re-reads the truth. Junk that
   * was skipped is no loss. Returns unsubscribe.
   */
  onGap(listener: () => void): () => void;
  /** Counts since the start. */
  readonly stats: Readonly<BusStats>;
  /** Whether messages reach the other nodes, and theirs this one. */
  ready(): boolean;
  /** Stops for good; publishing afterwards does nothing. May be called again. */
  close(): Promise<void>;
};

export type BusStats = {
  /** Messages accepted by `publish`. */
  published: number;
  /** Messages handed to this node's listeners, own ones included. */
  received: number;
  /** What came over the wire and is no message; skipped. */
  junk: number;
  /** Messages that did not, or may not, reach other nodes, or that are no JSON object. */
  dropped: number;
  /** Times that `onGap` listeners were called. */
  gaps: number;
};

/** The largest message, as bytes of JSON; more is refused on sending and junk on arrival. */
export const BUS_MESSAGE_BYTES_MAX = 65_536;

/** The listeners of one node: what every kind of bus shares. */
export type Listeners = {
  readonly stats: BusStats;
  subscribe: Bus['subscribe'];
  onGap: Bus['onGap'];
  /** Hands `message` to the listeners now. */
  deliver(message: unknown): void;
  /** Tells the owners that messages may have been lost. */
  gap(): void;
  /** Forgets all listeners; nothing is delivered from then on. */
  clear(): void;
};

/** A bus for a single node: no network, delivery soon after `publish` returns. */
export function createLocalBus(log: Log): Bus {
  const listeners = createListeners(log);
  let open = true;
  return {
    publish(message) {
      if (!open) return;
      const text = textOfMessage(message, listeners.stats, log);
      if (text === undefined) listeners.gap();
      else deliverSoon(listeners, text);
    },
    subscribe: listeners.subscribe,
    onGap: listeners.onGap,
    stats: listeners.stats,
    ready: () => open,
    close() {
      open = false;
      listeners.clear();
      return Promise.resolve();
    },
  };
}

/** The listeners of a bus, with its counts. */
export function createListeners(log: Log): Listeners {
  const stats: BusStats = { published: 0, received: 0, junk: 0, dropped: 0, gaps: 0 };
  // Wrapped, so that one function subscribed twice counts twice and leaves once.
  const onMessage = new Set<{ call: (message: unknown) => void }>();
  const onGap = new Set<{ call: () => void }>();
  const failed = (error: unknown) => log.error({ err: error }, 'a listener of the bus failed');
  return {
    stats,
    subscribe: (listener) => add(onMessage, { call: listener }),
    onGap: (listener) => add(onGap, { call: listener }),
    deliver(message) {
      stats.received += 1;
      for (const { call } of onMessage) guarded(() => call(message), failed);
    },
    gap() {
      stats.gaps += 1;
      for (const { call } of onGap) guarded(call, failed);
    },
    clear() {
      onMessage.clear();
      onGap.clear();
    },
  };
}

/**
 * `message` as JSON, counted as published; or undefined, counted and logged as dropped, when it is
 * no JSON object or too large. Such a message is a bug of the sender, who must not fail for it.
 */
export function textOfMessage(message: unknown, stats: BusStats, log: Log): string | undefined {
  let text: string | undefined;
  let reason = 'not a JSON object';
  try {
    const written: unknown = JSON.stringify(message);
    if (typeof written === 'string' && written.startsWith('{')) text = written;
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  if (text !== undefined && Buffer.byteLength(text) > BUS_MESSAGE_BYTES_MAX) {
    text = undefined;
    reason = `larger than ${BUS_MESSAGE_BYTES_MAX} bytes`;
  }
  if (text === undefined) {
    stats.dropped += 1;
    log.error({ reason }, 'a message for the bus was dropped');
  } else {
    stats.published += 1;
  }
  return text;
}

/**
 * Delivers an own message after the caller has finished what it is doing. Parsed anew, so that
 * listeners see the same here as on other nodes, and nobody's later changes.
 */
export function deliverSoon(listeners: Listeners, text: string): void {
  queueMicrotask(() => listeners.deliver(JSON.parse(text)));
}

function add<T>(set: Set<T>, entry: T): () => void {
  set.add(entry);
  return () => {
    set.delete(entry);
  };
}

/** Calls `call`; a throw, or the rejection of an async function, goes to `failed`. */
function guarded(call: () => unknown, failed: (error: unknown) => void): void {
  try {
    const result = call();
    if (result instanceof Promise) result.catch(failed);
  } catch (error) {
    failed(error);
  }
}
