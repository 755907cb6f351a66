/** The programs of the economy's property test: what their operators set, and as the model reads it. */
import type { TestApp, TestProgram } from '../support/app.ts';
import { setPlan, setRule } from '../support/rules.ts';

export const zone = 'Europe/Rome';
export const latenessMs = 72 * 3_600_000;
export const price = 3;

export type Basis = 'LIFETIME' | 'ROLLING_12_MONTHS' | 'CALENDAR_YEAR';
export type Settings = {
  readonly basis: Basis;
  readonly evaluation: 'MONTHLY' | 'YEARLY';
  readonly downgrade: 'NEVER' | 'ONE_DOWN' | 'BALANCE_BASED';
  readonly graceDays: number;
  readonly afterReversal: 'NOW' | 'AT_EVALUATION';
  readonly reversal: 'ONLY_LOT' | 'WITHIN_BALANCE' | 'ALLOW_DEBT';
  readonly freesCaps: boolean;
};

export const bases: readonly Basis[] = ['LIFETIME', 'ROLLING_12_MONTHS', 'CALENDAR_YEAR'];
const reversals = ['ALLOW_DEBT', 'WITHIN_BALANCE', 'ONLY_LOT'] as const;
const downgrades = ['BALANCE_BASED', 'ONE_DOWN', 'NEVER'] as const;

/** Every basis with every reversal policy; the rest turns with them. */
export const variants: readonly Settings[] = bases.flatMap((basis, row) =>
  reversals.map((reversal, column) => ({
    basis,
    reversal,
    evaluation: column === 1 ? ('YEARLY' as const) : ('MONTHLY' as const),
    downgrade: downgrades[(row + column) % 3] ?? 'NEVER',
    graceDays: [0, 3, 40][(row + 2 * column) % 3] ?? 0,
    afterReversal: (row + column) % 2 === 0 ? ('NOW' as const) : ('AT_EVALUATION' as const),
    freesCaps: column !== 1,
  })),
);

/** Points of day 1, 2 and, from then on, 3 of a run; they live five days more. */
export const ladder = [10, 15, 20];
export const checkInDays = 5;
export const milestones = [
  { cycle: 'WEEK', days: 3, points: 30 },
  { cycle: 'MONTH', days: 4, points: 70 },
] as const;

export const levels = [
  { key: 'basic', name: 'Basic', threshold: 0, percent: 100 },
  { key: 'silver', name: 'Silver', threshold: 70, percent: 120 },
  { key: 'gold', name: 'Gold', threshold: 160, percent: 150 },
] as const;

/** Doubles purchases of these days, until it has added so many points. */
export const campaign = { firstDate: '2026-02-25', lastDate: '2026-03-04', budget: 150 };
/** Points a member may earn in a day by all rules together. */
export const dayCap = 90;

/** What activities pay, most important first. `per` null: a fixed number. */
export type ModelRule = {
  readonly name: string;
  readonly type: string;
  readonly points: number;
  readonly per: number | null;
  /** Pays only for at least this value. */
  readonly least: number;
  readonly caps: { readonly DAY?: number; readonly WEEK?: number; readonly MONTH?: number };
  /** Local days until its points can be spent; 'CONFIRMED': when somebody confirms. */
  readonly pending: number | 'CONFIRMED';
  readonly lives: 'MONTH' | 'EVER' | number;
};
/** `CHECK_IN` and `ENROLMENT` stand for those; other types are of activities. */
export const rules: readonly ModelRule[] = [
  {
    ...{ name: 'earning:pack', type: 'ENROLMENT', points: 35, per: null, least: 0 },
    ...{ caps: {}, pending: 0, lives: 12 },
  },
  {
    // Its `least` is the day of the run.
    ...{ name: 'earning:faithful', type: 'CHECK_IN', points: 5, per: null, least: 2 },
    ...{ caps: { MONTH: 12 }, pending: 1, lives: 'EVER' },
  },
  {
    ...{ name: 'earning:rate', type: 'buy', points: 1, per: 100, least: 0 },
    ...{ caps: { DAY: 60, MONTH: 200 }, pending: 0, lives: 'MONTH' },
  },
  {
    ...{ name: 'earning:bonus', type: 'buy', points: 7, per: null, least: 2_000 },
    ...{ caps: { WEEK: 20 }, pending: 2, lives: 30 },
  },
  {
    ...{ name: 'earning:review', type: 'review', points: 25, per: null, least: 0 },
    ...{ caps: { MONTH: 60 }, pending: 'CONFIRMED', lives: 'EVER' },
  },
];

const definitionOf = (rule: ModelRule, place: number) => ({
  trigger: /^[A-Z]/.test(rule.type) ? { on: rule.type } : { on: 'ACTIVITY', type: rule.type },
  points:
    rule.per === null
      ? { fixed: rule.points }
      : { perUnit: { points: rule.points, unit: rule.per, rounding: 'NEAREST' } },
  ...(rule.least > 0 && {
    condition: {
      fact: rule.type === 'CHECK_IN' ? 'streakDay' : 'value',
      is: 'GTE',
      number: rule.least,
    },
  }),
  priority: 10 - place,
  activation:
    rule.pending === 'CONFIRMED'
      ? { mode: 'ON_CONFIRMATION' }
      : rule.pending === 0
        ? { mode: 'AT_ONCE' }
        : { mode: 'AFTER_DAYS', days: rule.pending },
  expiry:
    rule.lives === 'EVER'
      ? null
      : rule.lives === 'MONTH'
        ? { until: 'END_OF_MONTH' }
        : { days: rule.lives, until: 'END_OF_DAY' },
  caps: Object.entries(rule.caps).map(([period, points]) => ({ period, points })),
});

/** Publishes all of it. Returns the id of the campaign's rule. */
export async function setUp(test: TestApp, program: TestProgram, settings: Settings) {
  const { reversal, freesCaps, ...tiers } = settings;
  await setPlan(test, program, {
    ladder,
    milestones,
    expiry: { days: checkInDays, until: 'END_OF_DAY' },
  });
  for (const [place, rule] of rules.entries()) {
    const key = rule.name.slice('earning:'.length);
    await setRule(test, program, key, definitionOf(rule, place));
  }
  const { firstDate, lastDate, budget } = campaign;
  const double = {
    when: { firstDate, lastDate },
    triggers: [{ on: 'ACTIVITY', type: 'buy' }],
    percent: 200,
    budget,
  };
  await setRule(test, program, 'double', double, { kind: 'CAMPAIGN' });
  await setRule(test, program, 'default', { levels, ...tiers }, { kind: 'TIERS' });
  const policy = {
    caps: [{ period: 'DAY', points: dayCap }],
    reversal,
    reversalFreesCaps: freesCaps,
  };
  await setRule(test, program, 'default', policy, { kind: 'POINTS_POLICY' });
}
