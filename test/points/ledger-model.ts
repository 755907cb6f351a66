/**
 * What a member's ledger should say, as plain arithmetic in memory: the other side of
 * ledger.property.test.ts. Written from docs and SEMANTICS.md, not from the engine.
 */
import { addDays, localDateOf, startOfLocalDate } from '../../src/platform/calendar.ts';

export const zone = 'Europe/Rome';
export const ladder = [10, 15, 20, 25, 30, 35, 40];
export const checkInDays = 5;
export const latenessMs = 72 * 3_600_000;
/** Activity types and what they pay; 'idle' has no rule. */
export const rules: Record<
  string,
  { points: number; pendingDays: number; pointsDays: number | null }
> = {
  steady: { points: 11, pendingDays: 0, pointsDays: null },
  brief: { points: 7, pendingDays: 0, pointsDays: 0 },
  waits: { points: 23, pendingDays: 2, pointsDays: 3 },
};
export const price = 3;

type ModelLot = {
  seq: number;
  amount: number;
  remaining: number;
  activatesAt: number;
  expiresAt: number | null;
};
type ModelEntry = { seq: number; kind: string; amount: number; localDate: string };

/** 'done', 'nothing', or a refusal's code, as the model and the engine both name them. */
export type Verdict = string;

export class LedgerModel {
  readonly lots: ModelLot[] = [];
  readonly entries: ModelEntry[] = [];
  /** Checked-in dates, and when they were. */
  readonly dates = new Map<string, number>();
  readonly references = new Set<string>();
  lifetime = 0;
  /** Units left of the reward, over all members. */
  readonly shop: { stock: number };

  constructor(shop: { stock: number }) {
    this.shop = shop;
  }

  checkIn(at: number, now: number): Verdict {
    const refused = judge(at, now);
    if (refused !== undefined) return refused;
    const date = dateOf(at);
    if (this.dates.has(date)) return 'nothing';
    const before = new Map([...this.dates.keys()].map((known) => [known, this.#dayInRun(known)]));
    this.dates.set(date, at);
    this.#earn(pay(this.#dayInRun(date)), date, at, now, {
      pendingDays: 0,
      pointsDays: checkInDays,
    });
    for (const known of [...before.keys()].sort()) {
      const gained = pay(this.#dayInRun(known)) - pay(before.get(known) ?? 0);
      const then = this.dates.get(known) ?? 0; // Its own check-in.
      if (gained > 0)
        this.#earn(gained, known, then, now, { pendingDays: 0, pointsDays: checkInDays });
    }
    return 'done';
  }

  activity(type: string, reference: string, at: number, now: number): Verdict {
    if (this.references.has(`${type} ${reference}`)) return 'nothing';
    const refused = judge(at, now);
    if (refused !== undefined) return refused;
    this.references.add(`${type} ${reference}`);
    const rule = rules[type];
    if (rule !== undefined) this.#earn(rule.points, dateOf(at), at, now, rule);
    return 'done';
  }

  adjust(amount: number, expiresAt: number | null, now: number): Verdict {
    if (amount < 0) return this.#take('ADJUSTMENT', -amount, now);
    this.#credit('ADJUSTMENT', amount, dateOf(now), now, expiresAt);
    return 'done';
  }

  redeem(units: number, now: number): Verdict {
    if (this.shop.stock < units) return 'OUT_OF_STOCK';
    const verdict = this.#take('SPEND', units * price, now);
    if (verdict === 'done') this.shop.stock -= units;
    return verdict;
  }

  /** Books what has expired, in the order of expiry. */
  sweep(now: number): void {
    for (const lot of this.#inSpendingOrder()) {
      if (lot.remaining === 0 || lot.expiresAt === null || lot.expiresAt > now) continue;
      this.#append('EXPIRY', -lot.remaining, dateOf(lot.expiresAt));
      lot.remaining = 0;
    }
  }

  available(now: number): number {
    return total(this.lots.filter((lot) => isActive(lot, now)));
  }

  pending(now: number): number {
    return total(this.lots.filter((lot) => lot.activatesAt > now && !isOver(lot, now)));
  }

  expiring(now: number): { at: string; points: number }[] {
    const sums = new Map<number, number>();
    for (const { remaining, expiresAt } of this.#inSpendingOrder()) {
      if (remaining === 0 || expiresAt === null || expiresAt <= now) continue;
      sums.set(expiresAt, (sums.get(expiresAt) ?? 0) + remaining);
    }
    return [...sums].map(([at, points]) => ({ at: new Date(at).toISOString(), points }));
  }

  get streak() {
    const sorted = [...this.dates.keys()].sort();
    const lengths = sorted.map((date) => this.#dayInRun(date));
    return {
      current: lengths.at(-1) ?? 0,
      longest: Math.max(0, ...lengths),
      totalDays: sorted.length,
      lastDate: sorted.at(-1) ?? null,
    };
  }

  #dayInRun(date: string): number {
    let length = 0;
    for (let day = date; this.dates.has(day); day = addDays(day, -1)) length += 1;
    return length;
  }

  #earn(
    points: number,
    date: string,
    at: number,
    now: number,
    rule: { pendingDays: number; pointsDays: number | null },
  ): void {
    const startAfter = (days: number) => startOfLocalDate(addDays(date, days), zone, 0).getTime();
    const from = rule.pendingDays > 0 ? startAfter(rule.pendingDays) : Math.min(at, now);
    const until = rule.pointsDays === null ? null : startAfter(rule.pointsDays + 1);
    this.#credit('EARN', points, date, from, until);
    this.lifetime += points;
  }

  #credit(
    kind: string,
    amount: number,
    date: string,
    activatesAt: number,
    expiresAt: number | null,
  ) {
    const seq = this.#append(kind, amount, date);
    this.lots.push({ seq, amount, remaining: amount, activatesAt, expiresAt });
  }

  #take(kind: string, amount: number, now: number): Verdict {
    if (this.available(now) < amount) return 'INSUFFICIENT_POINTS';
    this.#append(kind, -amount, dateOf(now));
    let missing = amount;
    for (const lot of this.#inSpendingOrder().filter((one) => isActive(one, now))) {
      const taken = Math.min(lot.remaining, missing);
      lot.remaining -= taken;
      missing -= taken;
    }
    return 'done';
  }

  #append(kind: string, amount: number, localDate: string): number {
    const seq = this.entries.length + 1;
    this.entries.push({ seq, kind, amount, localDate });
    return seq;
  }

  #inSpendingOrder(): ModelLot[] {
    const end = (lot: ModelLot) => lot.expiresAt ?? Number.MAX_VALUE;
    return this.lots.toSorted(
      (a, b) => end(a) - end(b) || a.activatesAt - b.activatesAt || a.seq - b.seq,
    );
  }
}

const dateOf = (at: number) => localDateOf(new Date(at), zone, 0);
const pay = (day: number) => ladder[Math.min(day, ladder.length) - 1] ?? 0;
const isOver = (lot: ModelLot, now: number) => lot.expiresAt !== null && lot.expiresAt <= now;
const isActive = (lot: ModelLot, now: number) => lot.activatesAt <= now && !isOver(lot, now);
const total = (lots: readonly ModelLot[]) => lots.reduce((sum, lot) => sum + lot.remaining, 0);

function judge(at: number, now: number): Verdict | undefined {
  if (at > now + 5 * 60_000) return 'OCCURRED_IN_FUTURE';
  return at < now - latenessMs ? 'OCCURRED_TOO_LONG_AGO' : undefined;
}
