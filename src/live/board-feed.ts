import type { SeasonRow } from '../leaderboards/seasons.sql.ts';
import { limits } from '../limits.ts';
import { Latest } from '../platform/latest.ts';
import {
  type BoardChange,
  type BoardPlace,
  type BoardSnapshot,
  changeBetween,
  isOld,
  type ResumePlace,
  type WatchedBoard,
} from './board-changes.ts';

export type BoardReader = (board: WatchedBoard) => Promise<BoardSnapshot>;

/** Who follows a feed and serves several subscribers. */
export type FeedFollower = {
  /** Whether anybody is served. */
  readonly active: boolean;
  /** There is a newer snapshot. */
  onNews(): void;
  /** The feed ends, and with it every subscriber. */
  end(): void;
};

/**
 * One watched board on this node: one snapshot that serves all its subscribers, read anew at most
 * once per throttle. Under constant change one version still leaves each interval (S96).
 */
export class BoardFeed {
  readonly board: WatchedBoard;
  readonly #read: BoardReader;
  readonly #onFault: (error: unknown) => void;
  readonly #subscribers = new Set<Latest<BoardSnapshot, BoardChange>>();
  readonly #followers = new Set<FeedFollower>();
  #snapshot: BoardSnapshot | undefined;
  #previous: BoardSnapshot | undefined;
  #reading = false;
  #dirty = false;
  #lastReadAt = Number.NEGATIVE_INFINITY;
  #lastWatchedAt = performance.now();
  #timer: NodeJS.Timeout | undefined;
  /** Who waits for a read that begins from now on. */
  #renewing: (() => void)[] = [];

  constructor(board: WatchedBoard, read: BoardReader, onFault: (error: unknown) => void) {
    this.board = board;
    this.#read = read;
    this.#onFault = onFault;
  }

  /** Snapshot first, then what changed, for as long as the iterator is not closed. */
  subscribe(first: number, after?: ResumePlace): AsyncIterableIterator<BoardChange> {
    let seen = this.#known(after);
    let ahead = this.aheadOf(after);
    const slot: Latest<BoardSnapshot, BoardChange> = new Latest(
      (snapshot) => {
        if (isOld(ahead, snapshot)) return undefined;
        const change = changeBetween(seen, snapshot, first);
        seen = snapshot;
        return change;
      },
      () => {
        this.#subscribers.delete(slot);
        this.#lastWatchedAt = performance.now();
      },
    );
    this.#subscribers.add(slot);
    if (this.#snapshot !== undefined) slot.push(this.#snapshot);
    void this.renewed().then(() => {
      if (ahead === undefined) return;
      ahead = undefined;
      if (this.#snapshot !== undefined) slot.push(this.#snapshot);
    });
    return slot;
  }

  /**
   * Where a subscriber is who saw more than this node has read, on another one: they are told
   * nothing older, until it was read whether there is such a version.
   */
  aheadOf(place: ResumePlace | undefined): BoardPlace | undefined {
    const known = this.#snapshot;
    if (place === undefined || known === undefined || place.version <= known.version) return;
    const seasonId = place.seasonId ?? known.season.id;
    return seasonId === known.season.id ? { seasonId, version: place.version } : undefined;
  }

  /** Reads anew; resolves once that was done, or could not be. */
  renewed(): Promise<void> {
    return new Promise((resolve) => {
      this.#renewing.push(resolve);
      this.refresh();
    });
  }

  /** Tells `follower` of every news from now on. Returns how to stop. */
  follow(follower: FeedFollower): () => void {
    this.#followers.add(follower);
    this.refresh();
    return () => {
      this.#followers.delete(follower);
      this.#lastWatchedAt = performance.now();
    };
  }

  get watched(): boolean {
    return this.#subscribers.size > 0 || [...this.#followers].some(({ active }) => active);
  }

  /** Watched, or a moment ago: who reconnects finds what came meanwhile. */
  get isWarm(): boolean {
    if (this.watched) this.#lastWatchedAt = performance.now();
    return performance.now() - this.#lastWatchedAt < limits.liveLingerMs;
  }

  /** The newest; undefined until it was read once. */
  get snapshot(): BoardSnapshot | undefined {
    return this.#snapshot;
  }

  /** The one before the newest. */
  get previous(): BoardSnapshot | undefined {
    return this.#previous;
  }

  /** The season as it was read last. */
  get season(): SeasonRow | undefined {
    return this.#snapshot?.season;
  }

  /** Whether time alone has changed it since it was read, or keeps changing it. */
  isOver(now: Date): boolean {
    const { season, contest } = this.#snapshot ?? {};
    if (contest !== undefined) return contest.changesAt !== null && contest.changesAt <= now;
    return season?.endsAt != null && season.endsAt <= now;
  }

  /** The board may have changed: reads it soon, once for all who ask meanwhile. */
  refresh(): void {
    this.#dirty = true;
    if (this.#reading || this.#timer !== undefined) return;
    const since = performance.now() - this.#lastReadAt;
    this.#timer = setTimeout(
      () => void this.#reread(),
      Math.max(0, limits.boardThrottleMs - since),
    );
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const done of this.#renewing.splice(0)) done();
    for (const slot of [...this.#subscribers]) void slot.return();
    for (const follower of [...this.#followers]) follower.end();
  }

  #known(place: ResumePlace | undefined): BoardSnapshot | undefined {
    const before = this.#previous;
    if (place === undefined || before?.version !== place.version) return undefined;
    return before.season.id === (place.seasonId ?? before.season.id) ? before : undefined;
  }

  async #reread(): Promise<void> {
    this.#timer = undefined;
    this.#reading = true;
    this.#dirty = false;
    this.#lastReadAt = performance.now();
    const renewing = this.#renewing.splice(0);
    try {
      const snapshot = await this.#read(this.board);
      if (this.#isNews(snapshot)) this.#publish(snapshot);
    } catch (error) {
      this.#onFault(error); // The periodic recheck reads again.
    } finally {
      this.#reading = false;
      for (const done of renewing) done();
      if (this.#dirty && this.isWarm) this.refresh();
    }
  }

  #publish(snapshot: BoardSnapshot): void {
    this.#previous = this.#snapshot;
    this.#snapshot = snapshot;
    for (const slot of this.#subscribers) slot.push(snapshot);
    for (const follower of this.#followers) follower.onNews();
  }

  /** Versions only go forward within a season; a new season always counts. */
  #isNews(snapshot: BoardSnapshot): boolean {
    const known = this.#snapshot;
    return (
      known === undefined ||
      known.season.id !== snapshot.season.id ||
      snapshot.version > known.version
    );
  }
}
