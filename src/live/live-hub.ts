import type { MemberState } from '../engine/rows.ts';
import { limits } from '../limits.ts';
import type { Bus } from '../platform/bus.ts';
import { Latest } from '../platform/latest.ts';
import type { Log } from '../platform/log.ts';
import type { ResumePlace, WatchedBoard } from './board-changes.ts';
import { BoardFeed, type BoardReader } from './board-feed.ts';
import { BoardWatch } from './board-watch.ts';
import { type LiveMessage, liveMessage } from './messages.ts';

/** What a member's subscriber receives. */
export type MemberChange = { readonly version: number; readonly member: MemberState };

/** How the hub reads the truth. */
export type LiveReads = {
  readonly board: BoardReader;
  readonly seasonVersions: (ids: number[]) => Promise<{ id: number; version: number }[]>;
  readonly members: (ids: number[]) => Promise<MemberState[]>;
  /** By member: each grows with every change of what projections keep: their tasks, their badges. */
  readonly revisions: readonly ((ids: number[]) => Promise<ReadonlyMap<number, number>>)[];
  readonly now: () => Date;
};

type MemberSlot = Latest<MemberChange, MemberChange>;

/**
 * All live subscriptions of this node. Messages from the bus only say what changed; the hub reads
 * it, once for all who watch. Lost messages are made up for by a periodic recheck.
 */
export class LiveHub {
  readonly #reads: LiveReads;
  readonly #log: Log;
  readonly #boards = new Map<number, BoardFeed>();
  readonly #members = new Map<number, Set<MemberSlot>>();
  readonly #dirtyMembers = new Set<number>();
  #memberTimer: NodeJS.Timeout | undefined;
  readonly #recheck: NodeJS.Timeout;
  readonly #leaveBus: (() => void)[];
  #closed = false;

  constructor(reads: LiveReads, bus: Bus, log: Log) {
    this.#reads = reads;
    this.#log = log;
    this.#leaveBus = [
      bus.subscribe((message) => this.#onMessage(message)),
      bus.onGap(() => this.#refreshAll()),
    ];
    this.#recheck = setInterval(() => void this.#recheckAll(), limits.liveRecheckMs).unref();
  }

  /**
   * Follows a board's current season: the first `first` standings, for who last saw `after`, if
   * anything. Nothing is read before the first `next`; who shares takes the feed instead.
   */
  watchBoard(board: WatchedBoard, first: number, after?: ResumePlace): BoardWatch {
    return new BoardWatch(() => this.#feedOf(board), first, after);
  }

  /** Follows one member. */
  watchMember(memberId: number): AsyncIterableIterator<MemberChange> {
    const slots = this.#members.get(memberId) ?? new Set<MemberSlot>();
    this.#members.set(memberId, slots);
    let seen = -1;
    const slot: MemberSlot = new Latest(
      (change) => {
        if (change.version <= seen) return undefined;
        seen = change.version;
        return change;
      },
      () => {
        slots.delete(slot);
        if (slots.size === 0) this.#members.delete(memberId);
      },
    );
    slots.add(slot);
    this.#refreshMembers([memberId]);
    if (this.#closed) void slot.return();
    return slot;
  }

  /** Ends every subscription. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#recheck);
    clearTimeout(this.#memberTimer);
    for (const leave of this.#leaveBus) leave();
    for (const feed of [...this.#boards.values()]) feed.close();
    for (const slots of [...this.#members.values()]) {
      for (const slot of [...slots]) void slot.return();
    }
  }

  /** How much is watched, for metrics. */
  get watched(): { boards: number; members: number } {
    const boards = [...this.#boards.values()].filter((feed) => feed.watched);
    return { boards: boards.length, members: this.#members.size };
  }

  /** The feed of a board; undefined once the hub is closed. */
  #feedOf(board: WatchedBoard): BoardFeed | undefined {
    if (this.#closed) return undefined;
    let feed = this.#boards.get(board.id);
    if (feed === undefined) {
      feed = new BoardFeed(board, this.#reads.board, (error) => this.#warn(error));
      this.#boards.set(board.id, feed);
    }
    return feed;
  }

  /** Feeds that nobody has watched for a while. */
  #dropCold(): void {
    for (const [id, feed] of [...this.#boards]) {
      if (feed.isWarm) continue;
      this.#boards.delete(id);
      feed.close();
    }
  }

  #onMessage(raw: unknown): void {
    const parsed = liveMessage.safeParse(raw);
    if (!parsed.success) return; // Another version's message: the recheck covers it.
    const message: LiveMessage = parsed.data;
    for (const { leaderboardId, seasonId, version } of message.boards) {
      const feed = this.#boards.get(leaderboardId);
      const season = feed?.season;
      const known = season?.id === seasonId && season.version >= version;
      if (!known) feed?.refresh();
    }
    for (const { leaderboardId } of message.final ?? []) this.#boards.get(leaderboardId)?.refresh();
    this.#refreshMembers(message.members);
  }

  #refreshMembers(ids: readonly number[]): void {
    for (const id of ids) if (this.#members.has(id)) this.#dirtyMembers.add(id);
    if (this.#dirtyMembers.size === 0 || this.#memberTimer !== undefined) return;
    this.#memberTimer = setTimeout(() => void this.#readMembers(), 0);
  }

  async #readMembers(): Promise<void> {
    const ids = [...this.#dirtyMembers];
    this.#dirtyMembers.clear();
    try {
      const revisions = await Promise.all(this.#reads.revisions.map((read) => read(ids)));
      for (const member of await this.#reads.members(ids)) {
        const version = revisions.reduce(
          (sum, byMember) => sum + (byMember.get(member.memberId) ?? 0),
          member.version,
        );
        for (const slot of this.#members.get(member.memberId) ?? []) slot.push({ version, member });
      }
    } catch (error) {
      this.#warn(error);
    } finally {
      this.#memberTimer = undefined;
      this.#refreshMembers([]);
    }
  }

  #refreshAll(): void {
    for (const feed of this.#boards.values()) feed.refresh();
    this.#refreshMembers([...this.#members.keys()]);
  }

  /** Finds what changed although no message said so, and seasons that have ended. */
  async #recheckAll(): Promise<void> {
    this.#refreshMembers([...this.#members.keys()]);
    this.#dropCold();
    const feeds = [...this.#boards.values()];
    if (feeds.length === 0) return;
    try {
      const ids = feeds.flatMap((feed) => feed.season?.id ?? []);
      const rows = await this.#reads.seasonVersions(ids);
      const versions = new Map(rows.map(({ id, version }) => [id, version]));
      const now = this.#reads.now();
      for (const feed of feeds) {
        const { season } = feed;
        const isOld = season === undefined || season.version !== versions.get(season.id);
        if (isOld || feed.isOver(now)) feed.refresh();
      }
    } catch (error) {
      this.#warn(error);
    }
  }

  #warn(error: unknown): void {
    this.#log.warn({ err: error }, 'live read failed');
  }
}
