/** Loads what few commands need: lots, past check-ins, debts, budgets and what they go back to. */
import { needsOf } from '../earning/needs.ts';
import { earlier, type LocalDate, localDateOf } from '../platform/calendar.ts';
import type { PoolClient } from '../platform/db.ts';
import { push } from '../platform/lists.ts';
import { type Held, memberIdOf, payoutKey, taskKey } from './held.ts';
import {
  loadAdjustments,
  loadCheckIns,
  loadDebts,
  loadEarnedDays,
  loadHoldLots,
  loadHolds,
  loadNotices,
  loadOpenLots,
  loadOrigins,
  loadPaidDays,
  loadPending,
  loadTierChanges,
  lockBudgets,
  type OriginRow,
} from './history.sql.ts';
import type { Request } from './load.ts';
import type { Origin } from './operation.ts';
import { loadPayouts, type PayoutName } from './payouts.sql.ts';
import type { LotRow, MemberState, TaskPeriodRow } from './rows.ts';
import { loadTaskPeriods, type TaskName } from './tasks.sql.ts';
import { settled } from './write.ts';

/** What a batch's commands look back at. */
class Wanted {
  readonly lots = new Set<number>();
  /** Member → plan. */
  readonly dates = new Map<number, number>();
  readonly debts = new Set<number>();
  readonly earned = new Set<number>();
  /** Members whose ledger need not be asked: it is empty. */
  readonly earnless = new Set<number>();
  readonly tierChanges = new Set<number>();
  /** Member → since when points that were not active matter. */
  readonly pending = new Map<number, Date>();
  readonly budgets = new Set<number>();
  readonly notices = new Set<number>();
  readonly origins: { readonly memberId: number; readonly origin: Origin }[] = [];
  readonly holds = new Set<number>();
  /** Members whose open holds matter: what they spend may be pinned. */
  readonly holders = new Set<number>();
  readonly adjustments = new Set<number>();
  /** By `taskKey`. */
  readonly tasks = new Map<string, TaskName>();
  readonly payouts: PayoutName[] = [];
  readonly #lastDates = new Map<number, LocalDate>();
  readonly #newestFacts = new Map<number, LocalDate>();

  add({ programId, touches }: Request, held: Held): void {
    const program = held.programs.get(programId);
    if (program === undefined) return;
    const { checkInAt, earnsBy } = touches;
    // Whatever lies ahead is judged as of now, or refused.
    const judged = (at: Date | null | undefined) => earlier(at ?? held.now, held.now);
    const id = memberIdOf(held, programId, touches.member);
    const named = id === undefined ? undefined : held.members.get(id);
    const member = named?.programId === programId ? named : undefined;
    if (earnsBy !== undefined) {
      const at = judged(touches.earnsAt);
      const date = localDateOf(at, program.zone, program.dayStartMinutes);
      const isBehind = member !== undefined && this.#isBehind(member.memberId, date);
      // A check-in before others may correct what later days were paid.
      const last = member && (this.#lastDates.get(member.memberId) ?? member.lastCheckInDate);
      const corrects = earnsBy === 'CHECK_IN' && date < (last ?? date);
      const until = corrects ? held.now : at;
      const span = { at, date, until, isBehind, now: held.now };
      const needs = needsOf(program, earnsBy, member, span);
      for (const ruleId of needs.budgets) this.budgets.add(ruleId);
      if (member !== undefined && needs.earned) this.#addEarned(member);
      if (member !== undefined && needs.pending) this.pending.set(member.memberId, needs.pending);
      if (member !== undefined && needs.tierChanges) this.tierChanges.add(member.memberId);
    }
    if (member === undefined) return;
    const { memberId } = member;
    if (touches.lots) this.lots.add(memberId);
    if (touches.lots && member.held > 0) this.holders.add(memberId);
    if (member.debt > 0) this.debts.add(memberId);
    if (touches.task !== undefined) {
      const counts = program.policies.length > 0 || program.tiers.length > 0;
      const { key, periodStart } = touches.task;
      const name = { memberId, programId, key, periodStart };
      this.tasks.set(taskKey(memberId, key, periodStart), name);
      // Its completion may be dated before what counters hold: the ledger says what caps leave.
      if (counts && member.entrySeq > 0) this.earned.add(memberId);
    }
    if (touches.payout !== undefined) {
      this.payouts.push({ settlementId: touches.payout, memberId, programId });
    }
    if (touches.notices) this.notices.add(memberId);
    if (touches.origin !== undefined) this.origins.push({ memberId, origin: touches.origin });
    if (touches.hold !== undefined) this.holds.add(touches.hold);
    if (touches.adjustment !== undefined) this.adjustments.add(touches.adjustment);
    if (checkInAt === undefined) return;
    // A check-in on or after the last date needs only the account; an earlier one the history.
    const date = localDateOf(judged(checkInAt), program.zone, program.dayStartMinutes);
    const last = this.#lastDates.get(memberId) ?? member.lastCheckInDate ?? date;
    if (date < last) this.dates.set(memberId, program.planId);
    else this.#lastDates.set(memberId, date);
  }

  #addEarned({ memberId, entrySeq }: MemberState): void {
    (entrySeq > 0 ? this.earned : this.earnless).add(memberId);
  }

  /** Whether an earlier command of the batch, by whatever name, is about a later date of theirs. */
  #isBehind(memberId: number, date: LocalDate): boolean {
    const newest = this.#newestFacts.get(memberId);
    if (newest === undefined || date > newest) this.#newestFacts.set(memberId, date);
    return newest !== undefined && date < newest;
  }
}

const ask = <Row>(
  ids: ReadonlySet<number>,
  load: (ids: number[]) => Promise<Row[]>,
): Promise<Row[]> => (ids.size === 0 ? Promise.resolve([]) : load([...ids]));

/** Completes what a batch holds; all of it in one round trip. */
export async function loadHistory(
  client: PoolClient,
  held: Held,
  requests: readonly Request[],
): Promise<void> {
  const wanted = new Wanted();
  for (const request of requests) wanted.add(request, held);
  if (wanted.tasks.size > 0) await addTasks(client, wanted, held);
  if (wanted.payouts.length > 0) await addPayouts(client, wanted.payouts, held);
  const { dates, origins, pending } = wanted;
  const sent = [
    ask(wanted.lots, (ids) => loadOpenLots(client, ids)),
    ask(new Set(dates.keys()), (ids) => loadCheckIns(client, ids, [...dates.values()])),
    ask(new Set(dates.keys()), (ids) => loadPaidDays(client, ids)),
    ask(wanted.debts, (ids) => loadDebts(client, ids)),
    ask(wanted.earned, (ids) => loadEarnedDays(client, ids)),
    ask(wanted.tierChanges, (ids) => loadTierChanges(client, ids)),
    ask(wanted.budgets, (ids) => lockBudgets(client, ids)),
    origins.length === 0
      ? Promise.resolve([])
      : loadOrigins(
          client,
          origins.map(({ memberId }) => memberId),
          origins.map(({ origin }) => ('seq' in origin ? origin.seq : null)),
          origins.map(({ origin }) =>
            'seq' in origin ? null : `${origin.activity.type}:${origin.activity.reference}`,
          ),
        ),
    ask(new Set([...wanted.holders, ...wanted.holds]), () =>
      loadHolds(client, [...wanted.holders], [...wanted.holds]),
    ),
    ask(wanted.holders, (ids) => loadHoldLots(client, ids)),
    ask(wanted.adjustments, (ids) => loadAdjustments(client, ids)),
    ask(wanted.notices, (ids) => loadNotices(client, ids)),
    ask(new Set(pending.keys()), (ids) => loadPending(client, ids, [...pending.values()])),
  ] as const;
  await settled(sent);
  const [
    lots,
    days,
    paid,
    debts,
    earned,
    tierChanges,
    budgets,
    entries,
    holds,
    holdLots,
    adjustments,
    notices,
    waiting,
  ] = await Promise.all(sent);
  for (const memberId of wanted.lots) held.lots.set(memberId, []);
  for (const memberId of dates.keys()) held.checkInDates.set(memberId, []);
  for (const lot of lots) held.lots.get(lot.memberId)?.push(lot);
  for (const memberId of dates.keys()) held.checkInTimes.set(memberId, new Map());
  for (const { memberId, ...time } of days) {
    held.checkInDates.get(memberId)?.push(time.localDate);
    held.checkInTimes.get(memberId)?.set(time.localDate, time);
  }
  for (const memberId of dates.keys()) held.paidDays.set(memberId, new Map());
  for (const { memberId, date, points } of paid) held.paidDays.get(memberId)?.set(date, points);
  for (const { memberId, seq, open } of debts) push(held.debts, memberId, { seq, open });
  for (const memberId of [...wanted.earned, ...wanted.earnless]) held.earnedDays.set(memberId, []);
  for (const { memberId, ...day } of earned) push(held.earnedDays, memberId, day);
  for (const { memberId, ...points } of waiting) push(held.pending, memberId, points);
  for (const change of tierChanges) push(held.tierChanges, change.memberId, change);
  for (const budget of budgets) held.budgets.set(budget.ruleId, budget);
  for (const { memberId, expiresAt, days } of notices) {
    const told = held.notices.get(memberId) ?? new Set();
    held.notices.set(memberId, told.add(`${expiresAt.getTime()}/${days}`));
  }
  for (const hold of holds) held.holds.set(hold.id, hold);
  for (const row of holdLots) push(held.holdLots, row.holdId, row);
  for (const row of adjustments) held.adjustments.set(row.id, row);
  for (const row of entries) push(held.origins, row.memberId, originOf(row, held));
}

/** Finds payouts: one row for each, however many commands of the batch name it. */
async function addPayouts(client: PoolClient, names: readonly PayoutName[], held: Held) {
  for (const row of await loadPayouts(client, names)) {
    held.payouts.set(payoutKey(row.settlementId, row.memberId), row);
  }
}

/** Finds the periods that commands settle, and what was paid for them, which they may take back. */
async function addTasks(client: PoolClient, wanted: Wanted, held: Held): Promise<void> {
  const byRow = new Map<string, TaskPeriodRow>();
  const names = [...wanted.tasks.values()];
  for (const { ordinal, ...found } of await loadTaskPeriods(client, names)) {
    const name = names[ordinal - 1];
    if (name === undefined) continue;
    const { version, progress, target, completedAt, completedDate, isNew, ...settlement } = found;
    const { memberId, programId } = name;
    const rowName = `${memberId}/${settlement.ruleId}/${settlement.periodStart}`;
    // However two commands of a batch name a period, it is one.
    const row = byRow.get(rowName) ?? {
      ...{ version, progress, target, completedAt, completedDate, isNew },
      settlement: { memberId, programId, ...settlement },
    };
    byRow.set(rowName, row);
    push(held.tasks, taskKey(memberId, name.key, name.periodStart), row);
    const { entrySeq } = settlement;
    if (entrySeq !== null) wanted.origins.push({ memberId, origin: { seq: entrySeq } });
  }
}

/** One object for one lot, however it was found: all commands of the batch see each change. */
function originOf(row: Awaited<ReturnType<typeof loadOrigins>>[number], held: Held): OriginRow {
  const lots = held.lots.get(row.memberId) ?? [];
  const known = held.origins.get(row.memberId) ?? [];
  const lot: LotRow = lots.find(({ seq }) => seq === row.seq) ??
    known.find(({ seq }) => seq === row.seq)?.lot ?? {
      memberId: row.memberId,
      seq: row.seq,
      programId: row.programId,
      amount: row.amount,
      remaining: row.remaining,
      held: row.held,
      reversed: row.reversed,
      activatesAt: row.activatesAt,
      expiresAt: row.expiresAt,
    };
  return { ...row, lot };
}
