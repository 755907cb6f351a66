/** A member of the economy in memory: what every command should do, as plain arithmetic. */
import { addDays, periodOf } from '../../src/platform/calendar.ts';
import { LedgerModel } from './model-ledger.ts';
import type { Life, ModelLot, Verdict } from './model-rows.ts';
import { dateOf, ladderPoints, lifeOf, pointsOf, startOf } from './model-rules.ts';
import {
  basisOf,
  evaluations,
  judge,
  levelFor,
  type Months,
  nextEvaluation,
} from './model-tiers.ts';
import {
  campaign,
  checkInDays,
  dayCap,
  latenessMs,
  levels,
  type ModelRule,
  milestones,
  rules,
  type Settings,
} from './settings.ts';

type ModelActivity = {
  readonly type: string;
  readonly reference: string;
  readonly units: number;
  returned: number;
  readonly lots: ModelLot[];
};
/** Points on their way to the ledger. */
type Award = {
  readonly rule: string;
  readonly caps: ModelRule['caps'];
  readonly wanted: number;
  /** How much of it the campaign adds. */
  readonly extra: number;
  readonly date: string;
  readonly life: Life;
  readonly now: number;
};

export class MemberModel extends LedgerModel {
  readonly activities: ModelActivity[] = [];
  /** Checked-in dates, when they were, and what the plan was to pay for each so far. */
  readonly days = new Map<string, { readonly at: number; readonly paid: number }>();
  readonly tierChanges: { readonly at: number; readonly level: number }[] = [];
  /** Planned at enrolment, and at every earning. */
  evaluatesAt: number;
  /** What the campaign has added, for all members. */
  readonly budget: { spent: number };

  constructor(settings: Settings, budget: { spent: number }, now: number) {
    super(settings);
    this.budget = budget;
    this.evaluatesAt = this.nextEvaluation(now);
    this.#payRules('ENROLMENT', 0, now, now);
    this.#settleTier(now);
  }

  checkIn(at: number, now: number): Verdict {
    const date = dateOf(at);
    if (at < now - latenessMs) return 'OCCURRED_TOO_LONG_AGO';
    if (this.days.has(date)) return 'nothing';
    const following: string[] = [];
    for (let day = addDays(date, 1); this.days.has(day); day = addDays(day, 1)) following.push(day);
    this.evaluateTier(now);
    this.days.set(date, { at, paid: 0 });
    const percent = this.#percentAt(at);
    this.#payDay(date, ladderPoints(this.#dayInRun(date), percent), at, now);
    for (const { cycle, days, points } of milestones) {
      const cadence = cycle === 'WEEK' ? 'WEEKLY' : 'MONTHLY';
      const { from } = periodOf(cadence, date);
      const inCycle = [...this.days.keys()].filter((one) => periodOf(cadence, one).from === from);
      if (inCycle.length === days) {
        this.#award({
          ...plan,
          wanted: Math.floor((points * percent) / 100),
          date,
          life: life(date, at),
          now,
        });
      }
    }
    this.#payRules('CHECK_IN', this.#dayInRun(date), at, now);
    // Days that now stand later in their run are paid the difference, as of their check-in (S6).
    for (const [index, day] of following.entries()) {
      const { at: then, paid } = this.days.get(day) ?? { at: 0, paid: 0 };
      const rate = this.#percentAt(then);
      const before = Math.max(paid, ladderPoints(index + 1, rate));
      const wanted = ladderPoints(this.#dayInRun(day), rate);
      this.#payDay(day, Math.max(0, wanted - before), then, now);
    }
    this.#settleTier(now);
    return 'done';
  }

  activity(
    given: {
      readonly type: string;
      readonly reference: string;
      readonly value: number;
      readonly units: number;
    },
    at: number,
    now: number,
  ): Verdict {
    const { type, reference, value, units } = given;
    if (this.activities.some((one) => one.type === type && one.reference === reference))
      return 'nothing';
    if (at < now - latenessMs) return 'OCCURRED_TOO_LONG_AGO';
    this.evaluateTier(now);
    const lots = this.#payRules(type, value, at, now);
    this.activities.push({ type, reference, units, returned: 0, lots });
    this.#settleTier(now);
    return 'done';
  }

  /** Pays the rules of a type, most important first; the campaign doubles purchases. */
  #payRules(type: string, value: number, at: number, now: number): ModelLot[] {
    const date = dateOf(at);
    const percent = this.#percentAt(at);
    const runs = type === 'buy' && date >= campaign.firstDate && date <= campaign.lastDate;
    return rules.flatMap((rule) => {
      if (rule.type !== type || value < rule.least) return [];
      const once = pointsOf(rule, value, percent);
      const wanted = runs ? pointsOf(rule, value, percent * 2) : once;
      const { name, caps } = rule;
      const award = { rule: name, caps, wanted, extra: wanted - once, date };
      return this.#award({ ...award, life: lifeOf(rule, date, at), now }) ?? [];
    });
  }

  /** Items come back: the share of all that came back so far, less what was taken before (S34). */
  reverseActivity(reference: string, units: number | undefined, now: number): Verdict {
    const activity = this.activities.find((one) => one.reference === reference);
    if (activity === undefined) return 'ACTIVITY_NOT_FOUND';
    const left = activity.units - activity.returned;
    if (left === 0) return 'ALREADY_REVERSED';
    const back = units ?? left;
    if (back > left) return 'TOO_MANY_UNITS';
    const isReversed = ({ reversed, amount }: ModelLot) => reversed === amount;
    if (activity.lots.length > 0 && activity.lots.every(isReversed)) return 'ALREADY_REVERSED';
    this.evaluateTier(now);
    activity.returned += back;
    this.sweep(dateOf, now);
    for (const lot of activity.lots) {
      const due = Math.floor((lot.amount * activity.returned) / activity.units) - lot.reversed;
      if (due > 0) this.reverse(lot, due, now);
    }
    this.#reviewTier(now);
    return 'done';
  }

  reverseEntry(seq: number, now: number): Verdict {
    const lot = this.lots.find((one) => one.seq === seq);
    const entry = this.entries.find((one) => one.seq === seq);
    if (lot === undefined || entry?.kind !== 'EARN') return 'ENTRY_NOT_FOUND';
    if (lot.reversed === lot.amount) return 'ALREADY_REVERSED';
    this.evaluateTier(now);
    this.sweep(dateOf, now);
    this.reverse(lot, lot.amount - lot.reversed, now);
    this.#reviewTier(now);
    return 'done';
  }

  confirm(reference: string, now: number): Verdict {
    const activity = this.activities.find((one) => one.reference === reference);
    if (activity === undefined) return 'ACTIVITY_NOT_FOUND';
    const waiting = activity.lots.filter(
      ({ activatesAt, remaining }) => activatesAt === null && remaining > 0,
    );
    if (waiting.length === 0) return 'NOTHING_PENDING';
    this.evaluateTier(now);
    for (const lot of waiting) lot.activatesAt = now;
    this.settle(now);
    return 'done';
  }

  adjust(amount: number, expiresAt: number | null, now: number): Verdict {
    const date = dateOf(now);
    if (amount < 0) return this.debit('ADJUSTMENT', -amount, date, now);
    const line = { kind: 'ADJUSTMENT', amount, date, rule: null, wanted: amount };
    this.credit(line, { activatesAt: now, expiresAt }, now);
    return 'done';
  }

  /** Holds the evaluations that are due, as of their own instants, whoever comes first. */
  evaluateTier(now: number): void {
    if (this.evaluatesAt > now) return;
    const months = this.months;
    const before = dateOf(this.evaluatesAt - 1);
    for (const one of evaluations(this.settings, before, dateOf(now))) {
      this.#moveTo(judge(this.settings, this.level, months, one), startOf(one.date));
    }
    this.#moveTo(Math.max(this.level, levelFor(this.basis(now))), now);
    this.#planEvaluation(now);
  }

  get level(): number {
    return this.tierChanges.at(-1)?.level ?? 0;
  }

  basis(now: number): number {
    return basisOf(this.settings, this.months, dateOf(now).slice(0, 7));
  }

  /** Net points earned, by the month of the fact. */
  get months(): Months {
    const months = new Map<string, number>();
    for (const { date, earned } of this.entries) {
      const month = date.slice(0, 7);
      if (earned !== 0) months.set(month, (months.get(month) ?? 0) + earned);
    }
    return months;
  }

  /** Where the next evaluation would leave the member, had they earned `more` today. */
  projectedLevel(now: number, more = 0): number {
    const month = dateOf(now).slice(0, 7);
    const months = new Map(this.months).set(month, (this.months.get(month) ?? 0) + more);
    return judge(this.settings, this.level, months, nextEvaluation(this.settings, dateOf(now)));
  }

  /** Instant of the first evaluation after now. */
  nextEvaluation(now: number): number {
    return startOf(nextEvaluation(this.settings, dateOf(now)).date);
  }

  #dayInRun(date: string): number {
    let length = 0;
    for (let day = date; this.days.has(day); day = addDays(day, -1)) length += 1;
    return length;
  }

  #payDay(date: string, wanted: number, at: number, now: number): void {
    const paid = this.#award({ ...plan, wanted, date, life: life(date, at), now });
    // What a cap left nothing of has no line; its place tells what it was to be.
    const day = this.days.get(date);
    if (paid && day) this.days.set(date, { at: day.at, paid: day.paid + wanted });
  }

  /** Cuts an award to what the campaign's budget and the caps leave, and pays it (S37, S38). */
  #award({ rule, caps, wanted, extra, date, life, now }: Award): ModelLot | undefined {
    let amount = wanted - Math.max(0, extra - Math.max(0, campaign.budget - this.budget.spent));
    const cut = (most: number | undefined, used: number) => {
      if (most !== undefined) amount = Math.min(amount, Math.max(0, most - used));
    };
    cut(caps.DAY, this.#capped(rule, 'DAILY', date));
    cut(caps.WEEK, this.#capped(rule, 'WEEKLY', date));
    cut(caps.MONTH, this.#capped(rule, 'MONTHLY', date));
    cut(dayCap, this.#capped(null, 'DAILY', date));
    if (amount === 0) return undefined;
    this.budget.spent += Math.max(0, extra - (wanted - amount));
    return this.credit({ kind: 'EARN', amount, date, rule, wanted }, life, now);
  }

  /** What caps count of a rule (or all) in the day, week or month of a date. */
  #capped(rule: string | null, period: 'DAILY' | 'WEEKLY' | 'MONTHLY', date: string): number {
    const { from } = periodOf(period, date);
    return this.entries
      .filter((entry) => rule === null || entry.rule === rule)
      .filter((entry) => entry.capped !== 0 && periodOf(period, entry.date).from === from)
      .reduce((sum, { capped }) => sum + capped, 0);
  }

  /** The multiplier of the tier the member had then (S49). */
  #percentAt(at: number): number {
    const level = this.tierChanges.findLast((change) => change.at <= at)?.level ?? 0;
    return levels[level]?.percent ?? 100;
  }

  /** Upgrades are immediate (S46). */
  #settleTier(now: number): void {
    this.#planEvaluation(now);
    this.#moveTo(Math.max(this.level, levelFor(this.basis(now))), now);
  }

  #reviewTier(now: number): void {
    if (this.settings.afterReversal !== 'NOW') return;
    this.#moveTo(Math.min(this.level, levelFor(this.basis(now))), now);
  }

  #planEvaluation(now: number): void {
    this.evaluatesAt = this.nextEvaluation(now);
  }

  #moveTo(level: number, at: number): void {
    if (level !== this.level) this.tierChanges.push({ at, level });
  }
}

const plan = { rule: 'plan:default', caps: {}, extra: 0 };
const life = (date: string, at: number): Life => ({
  activatesAt: at,
  expiresAt: startOf(addDays(date, checkInDays + 1)),
});
