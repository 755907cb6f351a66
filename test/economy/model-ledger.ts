/** A member's points as arrays and sums: lots, lines, debts and holds. Written from SEMANTICS.md. */
import type { Life, ModelEntry, ModelHold, ModelLot, Verdict } from './model-rows.ts';
import type { Settings } from './settings.ts';

export class LedgerModel {
  readonly entries: ModelEntry[] = [];
  readonly lots: ModelLot[] = [];
  readonly holds: ModelHold[] = [];
  readonly debts: { readonly seq: number; open: number }[] = [];
  /** By debit: what it took, in the order it took it. */
  readonly paid = new Map<number, { readonly lot: ModelLot; readonly points: number }[]>();
  readonly settings: Settings;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  credit(
    line: Pick<ModelEntry, 'kind' | 'amount' | 'date' | 'rule' | 'wanted'>,
    life: Life,
    now: number,
  ): ModelLot {
    const earned = line.kind === 'EARN' ? line.amount : 0;
    const { seq } = this.append({ ...line, earned, capped: earned });
    const { amount } = line;
    const lot = { seq, amount, remaining: amount, reversed: 0, expired: 0, lapsed: 0, ...life };
    this.lots.push(lot);
    // What cannot be spent yet repays nothing yet.
    if (this.#spendable(now).includes(lot)) this.#repay(lot, lot.remaining);
    return lot;
  }

  debit(kind: string, amount: number, date: string, now: number): Verdict {
    if (this.available(now) < amount) return 'INSUFFICIENT_POINTS';
    this.settle(now);
    const { seq } = this.append({ ...plain, kind, amount: -amount, date });
    const before = this.#spendable(now).map((lot) => ({ lot, had: lot.remaining }));
    this.#takeFrom(this.#spendable(now), amount, now);
    const taken = before.map(({ lot, had }) => ({ lot, points: had - lot.remaining }));
    this.paid.set(seq, taken);
    return 'done';
  }

  /**
   * Gives back points of a debit, one by one, the last one taken first, behind `before` of them
   * (S35). A point of a lot that is over goes to a new lot until `renewedUntil`; null: it is over.
   */
  refund(
    debit: { readonly seq: number; readonly before: number; readonly points: number },
    renewedUntil: number | null,
    dateOf: (at: number) => string,
    now: number,
  ): void {
    const { seq, before, points } = debit;
    const each = (this.paid.get(seq) ?? []).flatMap(({ lot, points: n }) => Array(n).fill(lot));
    const back: ModelLot[] = each.reverse().slice(before, before + points);
    if (back.length !== points) throw new Error('a refund gives back what was taken');
    const line = this.append({ ...plain, kind: 'REFUND', amount: points, date: dateOf(now) });
    const renewed = back.filter((lot) => renewedUntil !== null && isOver(lot, now)).length;
    for (const lot of back) if (renewedUntil === null || !isOver(lot, now)) lot.remaining += 1;
    if (renewed > 0) {
      const sums = { amount: renewed, remaining: renewed, reversed: 0, expired: 0, lapsed: 0 };
      this.lots.push({ seq: line.seq, ...sums, activatesAt: now, expiresAt: renewedUntil });
    }
    this.settle(now);
    this.sweep(dateOf, now);
  }

  /** Takes back `points` of a lot: its own rest, then by policy others, then a debt (S33). */
  reverse(lot: ModelLot, points: number, now: number): void {
    const { reversal, freesCaps } = this.settings;
    const origin = this.entries.find(({ seq }) => seq === lot.seq);
    if (origin === undefined) throw new Error('a lot has its line');
    const others = reversal === 'ONLY_LOT' ? [] : this.#spendable(now).filter((o) => o !== lot);
    const elsewhere = this.#takeFrom([lot], points, now);
    // What expired unspent is gone: it is neither taken again nor owed.
    const lapsed = Math.min(elsewhere, lot.expired - lot.lapsed);
    lot.lapsed += lapsed;
    const missing = this.#takeFrom(others, elsewhere - lapsed, now);
    const debt = reversal === 'ALLOW_DEBT' ? missing : 0;
    const { seq } = this.append({
      kind: 'REVERSAL',
      amount: 0 - (points - lapsed - missing + debt),
      date: origin.date,
      rule: origin.rule,
      wanted: 0 - (points - lapsed - missing + debt),
      earned: -points,
      capped: freesCaps ? -points : 0,
    });
    if (debt > 0) this.debts.push({ seq, open: debt });
    lot.reversed += points;
  }

  hold(points: number, expiresAt: number, now: number): Verdict {
    if (this.available(now) < points) return 'INSUFFICIENT_POINTS';
    this.settle(now);
    const pins = new Map<ModelLot, number>();
    let missing = points;
    for (const lot of this.#spendable(now)) {
      const taken = Math.min(this.#free(lot, now), missing);
      if (taken > 0) pins.set(lot, taken);
      missing -= taken;
    }
    this.holds.push({ id: 0, points, pins, expiresAt, state: 'HELD', captured: 0 });
    return 'done';
  }

  capture(hold: ModelHold, points: number, date: string, now: number): Verdict {
    if (hold.state === 'CAPTURED' && hold.captured === points) return 'done'; // A repeat (S41).
    if (!isOpen(hold, now)) return 'HOLD_NOT_OPEN';
    if (points > hold.points) return 'HOLD_TOO_SMALL';
    this.append({ ...plain, kind: 'SPEND', amount: -points, date });
    let missing = points;
    for (const lot of inSpendingOrder([...hold.pins.keys()])) {
      const taken = Math.min(hold.pins.get(lot) ?? 0, missing);
      lot.remaining -= taken;
      missing -= taken;
    }
    hold.state = 'CAPTURED';
    hold.captured = points;
    this.settle(now);
    return 'done';
  }

  release(hold: ModelHold, now: number): Verdict {
    if (hold.state === 'RELEASED') return 'done';
    if (!isOpen(hold, now)) return 'HOLD_NOT_OPEN';
    hold.state = 'RELEASED';
    this.settle(now);
    return 'done';
  }

  /** Books what has expired and is not pinned: the rest of each lot (S29). */
  sweep(dateOf: (at: number) => string, now: number): void {
    for (const lot of inSpendingOrder(this.lots)) {
      const rest = this.#free(lot, now);
      if (rest === 0 || lot.expiresAt === null || lot.expiresAt > now) continue;
      this.append({ ...plain, kind: 'EXPIRY', amount: -rest, date: dateOf(lot.expiresAt) });
      lot.remaining -= rest;
      lot.expired += rest;
    }
  }

  /** Repays what is owed from all that can be spent. */
  settle(now: number): void {
    for (const lot of this.#spendable(now)) this.#repay(lot, this.#free(lot, now));
  }

  get balance(): number {
    return this.entries.reduce((sum, { amount }) => sum + amount, 0);
  }
  get lifetime(): number {
    return this.entries.reduce((sum, { earned }) => sum + earned, 0);
  }
  get debt(): number {
    return this.debts.reduce((sum, { open }) => sum + open, 0);
  }

  /** What is owed is paid first. */
  available(now: number): number {
    const spendable = this.#spendable(now).reduce((sum, lot) => sum + this.#free(lot, now), 0);
    return Math.max(0, spendable - this.debt);
  }

  pending(now: number): number {
    return this.lots
      .filter(({ activatesAt }) => activatesAt === null || activatesAt > now)
      .filter((lot) => !isOver(lot, now))
      .reduce((sum, { remaining }) => sum + remaining, 0);
  }

  held(now: number): number {
    return this.lots.reduce((sum, lot) => sum + this.#pinned(lot, now), 0);
  }

  /** When and how much will expire, if nothing else happens; pinned points with their hold (S31). */
  expiring(now: number): { at: string; points: number }[] {
    const sums = new Map<number, number>();
    const add = (at: number, points: number) => {
      if (at > now && points > 0) sums.set(at, (sums.get(at) ?? 0) + points);
    };
    for (const lot of this.lots) {
      if (lot.expiresAt === null) continue;
      add(lot.expiresAt, this.#free(lot, now));
      for (const hold of this.holds.filter((one) => isOpen(one, now))) {
        add(Math.max(lot.expiresAt, hold.expiresAt), hold.pins.get(lot) ?? 0);
      }
    }
    return [...sums]
      .sort(([a], [b]) => a - b)
      .map(([at, points]) => ({ at: new Date(at).toISOString(), points }));
  }

  /** Lots with what open holds pin of each. */
  lotsAt(now: number) {
    return this.lots.map(({ expired: _, lapsed: _l, ...lot }, index) => {
      const held = this.#pinned(this.lots[index] as ModelLot, now);
      return { ...lot, held };
    });
  }

  append(line: Omit<ModelEntry, 'seq' | 'wanted'> & { readonly wanted?: number }): ModelEntry {
    const entry = { wanted: line.amount, ...line, seq: this.entries.length + 1 };
    this.entries.push(entry);
    return entry;
  }

  /** Covers what is owed from `free` points of a lot, oldest debt first (S33). */
  #repay(lot: ModelLot, free: number): void {
    let left = free;
    for (const debt of this.debts) {
      const repaid = Math.min(debt.open, left);
      debt.open -= repaid;
      left -= repaid;
      lot.remaining -= repaid;
    }
  }

  /** Takes from lots in turn; returns what they lacked. */
  #takeFrom(lots: readonly ModelLot[], amount: number, now: number): number {
    let missing = amount;
    for (const lot of lots) {
      const taken = Math.min(this.#free(lot, now), missing);
      lot.remaining -= taken;
      missing -= taken;
    }
    return missing;
  }

  #pinned(lot: ModelLot, now: number): number {
    return this.holds
      .filter((hold) => isOpen(hold, now))
      .reduce((sum, { pins }) => sum + (pins.get(lot) ?? 0), 0);
  }

  #free = (lot: ModelLot, now: number) => lot.remaining - this.#pinned(lot, now);

  #spendable(now: number): ModelLot[] {
    return inSpendingOrder(this.lots).filter(
      (lot) => lot.activatesAt !== null && lot.activatesAt <= now && !isOver(lot, now),
    );
  }
}

const plain = { rule: null, earned: 0, capped: 0 };
const isOver = (lot: ModelLot, now: number) => lot.expiresAt !== null && lot.expiresAt <= now;
const isOpen = (hold: ModelHold, now: number) => hold.state === 'HELD' && hold.expiresAt > now;

/** Soonest to expire first, then soonest active, then oldest (S28). */
function inSpendingOrder(lots: readonly ModelLot[]): ModelLot[] {
  const last = (at: number | null) => at ?? Number.MAX_VALUE;
  return lots.toSorted(
    (a, b) =>
      last(a.expiresAt) - last(b.expiresAt) ||
      last(a.activatesAt) - last(b.activatesAt) ||
      a.seq - b.seq,
  );
}
