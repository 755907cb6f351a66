import type { BoardChange, ResumePlace } from './board-changes.ts';
import type { BoardFeed } from './board-feed.ts';

const DONE = { value: undefined, done: true } as const;

/**
 * What `leaderboardChanged` subscribes to: an iterator for one subscriber, begun by its first
 * `next`; or, for who serves many alike, where to find the board's feed.
 */
export class BoardWatch implements AsyncIterableIterator<BoardChange> {
  /** The board's feed; undefined once the node is closing. */
  readonly feed: () => BoardFeed | undefined;
  readonly first: number;
  readonly #after: ResumePlace | undefined;
  #changes: AsyncIterableIterator<BoardChange> | undefined;
  #closed = false;

  constructor(feed: () => BoardFeed | undefined, first: number, after: ResumePlace | undefined) {
    this.feed = feed;
    this.first = first;
    this.#after = after;
  }

  async next(): Promise<IteratorResult<BoardChange>> {
    if (this.#closed) return DONE;
    this.#changes ??= this.feed()?.subscribe(this.first, this.#after);
    return this.#changes?.next() ?? DONE;
  }

  async return(): Promise<IteratorResult<BoardChange>> {
    this.#closed = true;
    await this.#changes?.return?.();
    return DONE;
  }

  throw(error: unknown): Promise<IteratorResult<BoardChange>> {
    void this.return();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
