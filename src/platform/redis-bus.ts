import { randomUUID } from 'node:crypto';
import {
  BUS_MESSAGE_BYTES_MAX,
  type Bus,
  createListeners,
  deliverSoon,
  textOfMessage,
} from './bus.ts';
import type { Log } from './log.ts';
import { RedisLink, reasonOf } from './redis-link.ts';

export type RedisBusOptions = {
  /** redis://[user[:password]@]host[:port][/db], or rediss:// for TLS. */
  url: string;
  /** The one Redis channel that all nodes share. */
  channel: string;
  log: Log;
};

/** What goes over the wire: `o` is the node that sent it, `m` the message; no `m` says "a gap". */
type Envelope = { o: string; m?: object };

// Room for the envelope around the largest message.
const WIRE_BYTES_MAX = BUS_MESSAGE_BYTES_MAX + 128;
const IN_FLIGHT_MESSAGES_MAX = 10_000;
const IN_FLIGHT_BYTES_MAX = 16 * 1024 * 1024;
const START_WAIT_MS = 1_500;
const CLOSE_WAIT_MS = 500;
const POLL_MS = 10;
const JUNK_LOG_EVERY = 1_000;

/**
 * A bus over one Redis channel, with a connection for each direction. This node's own listeners
 * never depend on Redis. Waits a moment for Redis and goes on without it: it connects when it can,
 * which is then a gap. Throws an Error beginning 'REDIS_URL:' for a URL that can never work.
 */
export async function createRedisBus({ url, channel, log }: RedisBusOptions): Promise<Bus> {
  checkRedisUrl(url);
  const origin = randomUUID();
  const listeners = createListeners(log);
  const { stats } = listeners;
  let open = true;
  let started = false;

  const incoming = new RedisLink({
    url,
    name: 'subscribe',
    log,
    handshake: (redis) => redis.subscribe(channel),
    // After the subscription stands, so that what the owner then reads misses nothing.
    onUp: () => {
      if (started) listeners.gap();
    },
  });
  incoming.redis.on('messageBuffer', (_channel: Buffer, data: Buffer) => {
    if (!open) return;
    const envelope = readEnvelope(data);
    if (envelope === undefined) {
      if (stats.junk % JUNK_LOG_EVERY === 0) {
        log.warn({ channel, bytes: data.length }, 'junk on the bus was skipped');
      }
      stats.junk += 1;
    } else if (envelope.o !== origin) {
      if (envelope.m === undefined) listeners.gap();
      else listeners.deliver(envelope.m);
    }
  });

  const outgoing = createSender({ url, channel, log, origin, dropped: () => (stats.dropped += 1) });
  await until(() => incoming.up && outgoing.link.up, START_WAIT_MS);
  started = true;

  return {
    publish(message) {
      if (!open) return;
      const text = textOfMessage(message, stats, log);
      if (text === undefined) {
        outgoing.oweGap();
        listeners.gap();
        return;
      }
      deliverSoon(listeners, text);
      outgoing.send(text);
    },
    subscribe: listeners.subscribe,
    onGap: listeners.onGap,
    stats,
    ready: () => open && incoming.up && outgoing.link.up,
    async close() {
      if (!open) return;
      open = false;
      listeners.clear();
      incoming.close();
      await until(() => outgoing.idle() || !outgoing.link.up, CLOSE_WAIT_MS);
      outgoing.link.close();
    },
  };
}

type Sender = {
  readonly link: RedisLink;
  /** Sends the message that `text` is the JSON of; or counts it as dropped and owes a gap. */
  send(text: string): void;
  /** Tells the other nodes of a gap, as soon as there is a connection and room. */
  oweGap(): void;
  idle(): boolean;
};

/**
 * Sends, never waits and never fails. Nothing is kept for later: only this node knows that its
 * messages were lost, so once the way is free again it tells the others that there was a gap.
 */
function createSender(options: RedisBusOptions & { origin: string; dropped(): void }): Sender {
  const { url, channel, log, origin, dropped } = options;
  let inFlight = 0;
  let inFlightBytes = 0;
  let gapOwed = false;

  const link = new RedisLink({
    url,
    name: 'publish',
    log,
    handshake: (redis) => redis.ping(),
    onUp: () => payGap(),
  });

  function transmit(wire: string, lost: (error: unknown) => void): void {
    const bytes = Buffer.byteLength(wire);
    inFlight += 1;
    inFlightBytes += bytes;
    const settled = () => {
      inFlight -= 1;
      inFlightBytes -= bytes;
    };
    link.redis.publish(channel, wire).then(
      () => {
        settled();
        payGap();
      },
      (error: unknown) => {
        settled();
        // Not again from here: on a dying connection every attempt fails at once, without end.
        lost(error);
      },
    );
  }

  function payGap(): void {
    // Half empty, so that a sender who is always too fast owes one gap for many messages.
    const room = inFlight <= IN_FLIGHT_MESSAGES_MAX / 2 && inFlightBytes <= IN_FLIGHT_BYTES_MAX / 2;
    if (!gapOwed || !room || !link.up) return;
    gapOwed = false;
    transmit(JSON.stringify({ o: origin } satisfies Envelope), () => {
      gapOwed = true;
    });
  }

  function lose(): void {
    gapOwed = true;
    dropped();
  }

  return {
    link,
    send(text) {
      const full = inFlight >= IN_FLIGHT_MESSAGES_MAX || inFlightBytes >= IN_FLIGHT_BYTES_MAX;
      if (full || !link.up) {
        lose();
        return;
      }
      transmit(`{"o":"${origin}","m":${text}}`, (error) => {
        if (!gapOwed) log.warn({ reason: reasonOf(error) }, 'messages to other nodes were lost');
        lose();
      });
    },
    oweGap() {
      gapOwed = true;
      payGap();
    },
    idle: () => inFlight === 0,
  };
}

/** The envelope in `data`, or undefined for junk: T7, one stray message must not end a process. */
function readEnvelope(data: Buffer): Envelope | undefined {
  if (data.length > WIRE_BYTES_MAX) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(data.toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isObject(value) || !('o' in value) || typeof value.o !== 'string') return undefined;
  if (!('m' in value)) return { o: value.o };
  return isObject(value.m) ? { o: value.o, m: value.m } : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Throws for a URL that no retry can make work. Never repeats it, as it may hold a password. */
function checkRedisUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'redis:' && parsed?.protocol !== 'rediss:') {
    throw new Error('REDIS_URL: expected redis://host:port or rediss://host:port');
  }
  if (parsed.hostname === '') throw new Error('REDIS_URL: names no host');
  if (!/^\/?\d*$/.test(parsed.pathname)) {
    throw new Error('REDIS_URL: the path must be the number of a database, or empty');
  }
}

/** Waits until `condition` holds, at most `ms` milliseconds. */
async function until(condition: () => boolean, ms: number): Promise<void> {
  for (let waited = 0; waited < ms && !condition(); waited += POLL_MS) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
