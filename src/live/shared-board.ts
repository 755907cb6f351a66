import { limits } from '../limits.ts';
import { assert } from '../platform/assert.ts';
import {
  type BoardChange,
  type BoardPlace,
  type BoardSnapshot,
  changeBetween,
  isNext,
  isOld,
  placeOf,
  type ResumePlace,
} from './board-changes.ts';
import type { BoardFeed, FeedFollower } from './board-feed.ts';

/** Makes the bytes of a change, as every subscriber of one document gets them. */
export type RenderChange = (change: BoardChange) => Promise<Buffer>;

/** Where a subscriber's messages go. */
export type Sink = {
  /** Whether what was sent before still waits to leave. */
  readonly congested: boolean;
  send(result: Buffer): void;
  /** There is nothing more to come. */
  end(): void;
};

/** How many messages were made and sent. */
export type SharedCounts = { made: number; sent: number };

type Subscriber = { readonly sink: Sink; seen: BoardPlace | undefined };

/**
 * Subscribers of one board with the same document and variables: each change is executed and
 * serialized once for all of them. Each gets what they must hear: the missing deltas, or a whole
 * snapshot; who cannot take it now gets the newest state once they can. Nothing waits for anybody.
 */
export class SharedBoard implements FeedFollower {
  readonly #feed: BoardFeed;
  readonly #first: number;
  readonly #render: RenderChange;
  readonly #counts: SharedCounts;
  readonly #onEnd: () => void;
  readonly #onFault: (error: unknown) => void;
  readonly #unfollow: () => void;
  readonly #subscribers = new Set<Subscriber>();
  /** Deltas by their version, without a gap up to the newest; of one season. */
  readonly #deltas = new Map<number, Delta>();
  #whole: { readonly of: BoardSnapshot; readonly rendered: Rendered } | undefined;
  /** What the whole window, and a delta, weighed last. */
  #wholeBytes = 0;
  #deltaBytes = Number.POSITIVE_INFINITY;
  #plan: Plan | undefined;
  /** The newest snapshot that deltas lead to. */
  #handled: BoardSnapshot | undefined;
  #serving = false;
  #news = false;
  #retry: NodeJS.Timeout | undefined;
  /** Rounds in a row that failed. */
  #failures = 0;
  /** Ends it when nobody comes back; no news need come for that. */
  #idle: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(options: {
    readonly feed: BoardFeed;
    readonly first: number;
    readonly render: RenderChange;
    readonly counts: SharedCounts;
    readonly onEnd: () => void;
    readonly onFault: (error: unknown) => void;
  }) {
    this.#feed = options.feed;
    this.#first = options.first;
    this.#render = options.render;
    this.#counts = options.counts;
    this.#onEnd = options.onEnd;
    this.#onFault = options.onFault;
    this.#unfollow = this.#feed.follow(this);
    this.#endSoon();
  }

  get active(): boolean {
    return this.#subscribers.size > 0;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Serves a subscriber who last saw `after`, if anything. Returns how to leave. */
  join(sink: Sink, after: ResumePlace | undefined): () => void {
    const ahead = this.#feed.aheadOf(after);
    const subscriber: Subscriber = { sink, seen: ahead ?? this.#placeOf(after) };
    this.#subscribers.add(subscriber);
    clearTimeout(this.#idle);
    if (ahead === undefined) this.onNews();
    else void this.#feed.renewed().then(() => this.#goOn(subscriber, ahead));
    return () => {
      this.#subscribers.delete(subscriber);
      if (!this.active && !this.#ended) this.#endSoon();
    };
  }

  onNews(): void {
    const snapshot = this.#feed.snapshot;
    if (snapshot === undefined || this.#ended) return;
    this.#keepDelta(snapshot);
    this.#news = true;
    if (!this.#serving) void this.#serve();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#idle);
    this.#unfollow();
    for (const { sink } of [...this.#subscribers]) sink.end();
    this.#subscribers.clear();
    this.#onEnd();
  }

  /** By now it was read whether there is what a subscriber saw elsewhere. */
  #goOn(subscriber: Subscriber, ahead: BoardPlace): void {
    if (subscriber.seen === ahead) {
      const { version, seasonId } = ahead;
      subscriber.seen = this.#placeOf({ version, seasonId });
    }
    this.onNews();
  }

  #endSoon(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.end(), limits.liveLingerMs).unref();
  }

  /** Serves everybody, again as long as there are news. Who is slow is looked at again soon. */
  async #serve(): Promise<void> {
    this.#serving = true;
    let behind = false;
    try {
      while (this.#news && !this.#ended) {
        this.#news = false;
        behind = await this.#round();
        this.#failures = 0;
      }
    } catch (error) {
      behind = true;
      this.#failures += 1;
      this.#onFault(error);
    } finally {
      this.#serving = false;
    }
    if (!behind || this.#ended) return;
    clearTimeout(this.#retry);
    const waitMs = limits.liveRetryMs * 2 ** Math.min(this.#failures, 10);
    this.#retry = setTimeout(() => this.onNews(), Math.min(waitMs, limits.liveRecheckMs));
  }

  /** Where to go on; nowhere for who has missed nothing: a message tells them that all is well. */
  #placeOf(after: ResumePlace | undefined): BoardPlace | undefined {
    const snapshot = this.#feed.snapshot;
    if (after === undefined || snapshot === undefined) return undefined;
    const place = { version: after.version, seasonId: after.seasonId ?? snapshot.season.id };
    return isOld(place, snapshot) ? undefined : place;
  }

  /** One look at each subscriber; the newest there is by then. True when somebody is behind. */
  async #round(): Promise<boolean> {
    let behind = false;
    let served = 0;
    for (const subscriber of this.#subscribers) {
      const snapshot = this.#feed.snapshot;
      if (snapshot === undefined || isOld(subscriber.seen, snapshot)) continue;
      if (subscriber.sink.congested) {
        behind = true;
        continue;
      }
      const { messages, place } = this.#planFor(subscriber.seen, snapshot);
      if (messages.some(({ bytes }) => bytes === undefined)) {
        await Promise.all(messages.map(({ done }) => done));
        if (!this.#subscribers.has(subscriber)) continue;
      }
      for (const { bytes } of messages) if (bytes !== undefined) subscriber.sink.send(bytes);
      this.#counts.sent += messages.length;
      subscriber.seen = place;
      served += 1;
      // Requests of others, and newer versions, get their turn.
      if (served % limits.liveShareAtOnce === 0) await nextTurn();
    }
    return behind;
  }

  /** Most subscribers have seen the same: what the last one got, the next one gets. */
  #planFor(seen: BoardPlace | undefined, snapshot: BoardSnapshot): Plan {
    const { seen: known, snapshot: to } = this.#plan ?? {};
    if (this.#plan === undefined || known !== seen || to !== snapshot) {
      const place = this.#plan?.snapshot === snapshot ? this.#plan.place : placeOf(snapshot);
      this.#plan = { seen, snapshot, place, messages: this.#messagesFor(seen, snapshot) };
    }
    return this.#plan;
  }

  /** The deltas that are missing, when they are there and weigh less than the whole window. */
  #messagesFor(seen: BoardPlace | undefined, snapshot: BoardSnapshot): readonly Rendered[] {
    const missing: Delta[] = [];
    if (seen?.seasonId === snapshot.season.id && this.#handled === snapshot) {
      for (let version = seen.version + 1; version <= snapshot.version; version += 1) {
        const delta = this.#deltas.get(version);
        if (delta === undefined) return [this.#wholeOf(snapshot)];
        missing.push(delta);
      }
    }
    // Several cost less than the whole window only when the document asks for changes alone.
    const weight = missing.reduce(
      (sum, { rendered }) => sum + (rendered?.bytes?.length ?? this.#deltaBytes),
      0,
    );
    const cheap = missing.length === 1 || weight < this.#wholeBytes;
    return missing.length > 0 && cheap
      ? missing.map((delta) => this.#renderedOf(delta))
      : [this.#wholeOf(snapshot)];
  }

  #renderedOf(delta: Delta): Rendered {
    delta.rendered ??= this.#make(delta.from, delta.to, (bytes) => {
      this.#deltaBytes = bytes;
    });
    return delta.rendered;
  }

  #wholeOf(snapshot: BoardSnapshot): Rendered {
    if (this.#whole?.of !== snapshot) {
      const rendered = this.#make(undefined, snapshot, (bytes) => {
        this.#wholeBytes = bytes;
      });
      this.#whole = { of: snapshot, rendered };
    }
    return this.#whole.rendered;
  }

  #keepDelta(snapshot: BoardSnapshot): void {
    if (this.#handled === snapshot) return;
    this.#handled = snapshot;
    const before = this.#feed.previous;
    if (before === undefined || !isNext(placeOf(before), snapshot)) {
      this.#deltas.clear(); // A gap: nobody can be led over it.
      return;
    }
    this.#deltas.set(snapshot.version, { from: before, to: snapshot, rendered: undefined });
    this.#deltas.delete(snapshot.version - limits.liveDeltasKept);
  }

  #make(
    seen: BoardSnapshot | undefined,
    snapshot: BoardSnapshot,
    weighed: (bytes: number) => void,
  ): Rendered {
    const change = changeBetween(seen, snapshot, this.#first);
    assert(change !== undefined, 'only what is newer is rendered');
    this.#counts.made += 1;
    const rendered: Rendered = {
      bytes: undefined,
      done: this.#render(change).then((bytes) => {
        rendered.bytes = bytes;
        weighed(bytes.length);
      }),
    };
    rendered.done.catch(() => this.#forget()); // Whoever waits for it is told, too.
    return rendered;
  }

  /** After a fault: everything is rendered anew. */
  #forget(): void {
    this.#deltas.clear();
    this.#whole = undefined;
    this.#plan = undefined;
  }
}

/** The bytes of a message, from when they are there. */
type Rendered = { bytes: Buffer | undefined; readonly done: Promise<void> };

/** From one version to the next; rendered once somebody is to have it. */
type Delta = {
  readonly from: BoardSnapshot;
  readonly to: BoardSnapshot;
  rendered: Rendered | undefined;
};

/** What to send to who saw the one, to lead them to the other. */
type Plan = {
  readonly seen: BoardPlace | undefined;
  readonly snapshot: BoardSnapshot;
  readonly place: BoardPlace;
  readonly messages: readonly Rendered[];
};

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
