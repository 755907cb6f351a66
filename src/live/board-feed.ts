import type { BoardRow, SeasonRow } from '../leaderboards/seasons.sql.ts';
import type { Standing } from '../leaderboards/standings.ts';
import { limits } from '../limits.ts';
import { Latest } from '../platform/latest.ts';

/** A board as it stood at one version of its current season. Never changed, only replaced. */
export type BoardSnapshot = {
  readonly season: SeasonRow;
  readonly version: number;
  readonly standings: readonly Standing[];
};

/** A version of a season: what a subscriber saw last. */
export type BoardPlace = { readonly seasonId: number; readonly version: number };

/** Where a subscriber wants to go on; without a season it is one of the present one. */
export type ResumePlace = {
  readonly seasonId: number | undefined;
  readonly version: number;
};

/** What a subscriber receives. */
export type BoardChange = {
  readonly kind: 'SNAPSHOT' | 'DELTA';
  readonly season: SeasonRow;
  readonly version: number;
  readonly standings: readonly Standing[];
  readonly changes: readonly Standing[];
  /** Members whose row is in the window no more. */
  readonly removed: readonly number[];
};

export type BoardReader = (board: BoardRow) => Promise<BoardSnapshot>;

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
  readonly board: BoardRow;
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

  constructor(board: BoardRow, read: BoardReader, onFault: (error: unknown) => void) {
    this.board = board;
    this.#read = read;
    this.#onFault = onFault;
  }

  /** Snapshot first, then what changed, for as long as the iterator is not closed. */
  subscribe(first: number, after?: ResumePlace): AsyncIterableIterator<BoardChange> {
    let seen = this.#known(after);
    const slot: Latest<BoardSnapshot, BoardChange> = new Latest(
      (snapshot) => {
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
    this.refresh();
    return slot;
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

  get season():
    | { readonly id: number; readonly version: number; readonly endsAt: Date | null }
    | undefined {
    return this.#snapshot && { ...this.#snapshot.season, version: this.#snapshot.version };
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
    try {
      const snapshot = await this.#read(this.board);
      if (this.#isNews(snapshot)) this.#publish(snapshot);
    } catch (error) {
      this.#onFault(error); // The periodic recheck reads again.
    } finally {
      this.#reading = false;
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

/** Whether `next` is the version right after the one that was seen. */
export const isNext = (seen: BoardPlace | undefined, next: BoardSnapshot): boolean =>
  seen !== undefined && seen.seasonId === next.season.id && seen.version + 1 === next.version;

/** Whether `next` is what was seen, or older. */
export const isOld = (seen: BoardPlace | undefined, next: BoardSnapshot): boolean =>
  seen !== undefined && seen.seasonId === next.season.id && seen.version >= next.version;

export const placeOf = ({ season, version }: BoardSnapshot): BoardPlace => ({
  seasonId: season.id,
  version,
});

/**
 * What a subscriber who saw `seen` must hear of `snapshot`: the rows that differ and who left when
 * it is the very next version, all rows otherwise; nothing when it is the same one.
 */
export function changeBetween(
  seen: BoardSnapshot | undefined,
  snapshot: BoardSnapshot,
  first: number,
): BoardChange | undefined {
  const { season, version } = snapshot;
  const standings = snapshot.standings.slice(0, first);
  const place = seen && placeOf(seen);
  if (isOld(place, snapshot)) return undefined;
  if (seen === undefined || !isNext(place, snapshot)) {
    return { kind: 'SNAPSHOT', season, version, standings, changes: standings, removed: [] };
  }
  const before = new Map(seen.standings.slice(0, first).map((row) => [row.member.memberId, row]));
  const changes = standings.filter((row) => !isSame(before.get(row.member.memberId), row));
  for (const { member } of standings) before.delete(member.memberId);
  return { kind: 'DELTA', season, version, standings, changes, removed: [...before.keys()] };
}

const isSame = (a: Standing | undefined, b: Standing) =>
  a !== undefined &&
  a.rank === b.rank &&
  a.score === b.score &&
  a.member.displayName === b.member.displayName &&
  a.member.nickname === b.member.nickname &&
  a.member.avatarUrl === b.member.avatarUrl &&
  a.reachedAt.getTime() === b.reachedAt.getTime();
