import { LRUCache } from 'lru-cache';
import type { MemberState } from '../engine/rows.ts';
import { limits } from '../limits.ts';
import { liveMessage } from '../live/messages.ts';
import type { Bus } from '../platform/bus.ts';

type LoadMembers = (ids: readonly number[]) => Promise<readonly MemberState[]>;

/**
 * Members as boards show them to everybody, kept in memory: at most some thousand, each until a
 * message says that the member changed, messages may have been lost, or its time is over (what is
 * quiet has no message). Only for answers that may be a little old; readers share the rows.
 */
export class MemberCardCache {
  readonly #load: LoadMembers;
  readonly #cards = new LRUCache<number, MemberState>({
    max: limits.memberCardsMax,
    ttl: limits.memberCardMs,
  });
  /** Of each read under way, the members that did not change since it began. */
  readonly #reading = new Set<Set<number>>();
  readonly #leaveBus: (() => void)[];

  constructor(load: LoadMembers, bus: Bus) {
    this.#load = load;
    this.#leaveBus = [
      bus.subscribe((message) => this.#onMessage(message)),
      bus.onGap(() => this.#forgetAll()),
    ];
  }

  /** The members of these ids. */
  async cards(ids: readonly number[]): Promise<Map<number, MemberState>> {
    const found = new Map<number, MemberState>();
    const unknown = new Set<number>();
    for (const id of ids) {
      const card = this.#cards.get(id);
      if (card === undefined) unknown.add(id);
      else found.set(id, card);
    }
    if (unknown.size === 0) return found;
    const wanted = [...unknown];
    this.#reading.add(unknown);
    try {
      for (const member of await this.#load(wanted)) {
        const { memberId } = member;
        found.set(memberId, member);
        // What changed while it was read may have been read before that.
        if (unknown.has(memberId)) this.#cards.set(memberId, member);
      }
    } finally {
      this.#reading.delete(unknown);
    }
    return found;
  }

  close(): void {
    for (const leave of this.#leaveBus) leave();
    this.#forgetAll();
  }

  #onMessage(raw: unknown): void {
    const message = liveMessage.safeParse(raw);
    if (!message.success) this.#forgetAll(); // Another version's: it may tell of anybody.
    for (const id of message.data?.members ?? []) {
      this.#cards.delete(id);
      for (const reading of this.#reading) reading.delete(id);
    }
  }

  #forgetAll(): void {
    this.#cards.clear();
    for (const reading of this.#reading) reading.clear();
  }
}
