/** Rules as tests set them. */

import type { App } from '../../src/app.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import { draftRule } from '../../src/rules/admin.ts';
import type { RuleKind } from '../../src/rules/definition.ts';

/** Long before anything that tests do. */
const LONG_AGO = '2000-01-01T00:00:00Z';

type Setting = {
  readonly kind?: RuleKind;
  /** From when on it counts, as if it had been published then. */
  readonly since?: string;
};

/**
 * Drafts and publishes a rule as the program's operator would have at that time: it counts for all
 * facts since. A second version needs a later time than the first.
 */
export async function setRule(
  { app: { db } }: { readonly app: Pick<App, 'db'> },
  { id: programId }: { readonly id: number },
  key: string,
  definition: object,
  { kind = 'EARNING', since = LONG_AGO }: Setting = {},
) {
  const viewer = { kind: 'system', programId, name: 'test' } as const;
  const then = { db, clock: new FakeClock(since) };
  return (await draftRule(then, viewer, { kind, key, definition, publish: {} })).rule;
}

/** Sets the check-in plan from its beginning on. */
export const setPlan = (
  test: { readonly app: Pick<App, 'db'> },
  program: { readonly id: number },
  definition: object,
) => setRule(test, program, 'default', definition, { kind: 'CHECK_IN_PLAN' });

type Pay = {
  /** Local days until its points can be spent; 0: at once. */
  readonly pendingDays?: number;
  /** Local days its points live, to the end of the last one; null: for ever. */
  readonly pointsDays?: number | null;
};

/** A rule that pays the same for every activity of a type. */
export const pays = (type: string, points: number, more: Pay = {}) => {
  const { pendingDays: days = 0, pointsDays = null } = more;
  return {
    trigger: { on: 'ACTIVITY', type },
    points: { fixed: points },
    activation: days === 0 ? { mode: 'AT_ONCE' } : { mode: 'AFTER_DAYS', days },
    expiry: pointsDays === null ? null : { days: pointsDays, until: 'END_OF_DAY' },
  };
};

/** Fields of one mutation that draft and publish such rules: activity type → points. */
export const rulesMutation = (rules: Readonly<Record<string, number>>) =>
  Object.entries(rules)
    .map(
      ([type, points], n) =>
        `set${n}: draftRule(input: {key: "${type}", publish: {}, definition: {earning: {
           trigger: {on: ACTIVITY, type: "${type}"}, points: {fixed: ${points}}}}}) {
           __typename ... on Refusal { message } }`,
    )
    .join('\n');
