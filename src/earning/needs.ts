/** What a fact needs to know of the past before its points can be decided. */
import type { MemberState } from '../engine/rows.ts';
import type { LocalDate } from '../platform/calendar.ts';
import { allEarned, type CapPeriod, usedIn } from '../points/counters.ts';
import type { ProgramConfig } from '../programs/config.ts';
import { inForceBetween, oneInForce } from '../rules/versioned.ts';
import { judgedSince, judgingTiers } from '../tiers/standing.ts';

export type Needs = {
  /** Rules whose budgets it may draw on. */
  readonly budgets: readonly number[];
  /** The account's counters cannot say what was earned: the ledger has to. */
  readonly earned: boolean;
  /** Points that were not active at this instant may not count for the tier; null: all do. */
  readonly pending: Date | null;
  /** It happened before the member's tier of today. */
  readonly tierChanges: boolean;
};

const none: Needs = { budgets: [], earned: false, pending: null, tierChanges: false };

/** When a command's facts lie, as far as is known before it is decided. */
export type FactSpan = {
  readonly at: Date;
  readonly date: LocalDate;
  /** Corrections are paid for days up to this instant. */
  readonly until: Date;
  /** An earlier command of the batch is about a later date: counters may have moved on. */
  readonly isBehind: boolean;
  readonly now: Date;
};

/** Judges by the rules in force from `at` to `until`; `trigger` null: no rule pays. */
export function needsOf(
  program: ProgramConfig,
  trigger: string | null,
  member: MemberState | undefined,
  { at, date, until, isBehind, now }: FactSpan,
): Needs {
  const rules =
    trigger === null ? [] : inForceBetween(program.earning.get(trigger) ?? [], at, until);
  const campaigns = trigger === null ? [] : inForceBetween(program.campaigns, at, until);
  const policies = inForceBetween(program.policies, at, until);
  const tiers = judgingTiers(program, member, now);
  const then = oneInForce(program.tiers, at);
  if (
    rules.length === 0 &&
    campaigns.length === 0 &&
    policies.length === 0 &&
    tiers.length === 0 &&
    !then
  ) {
    return none;
  }
  const withBudget = [...rules, ...campaigns].filter(
    ({ definition }) => definition.budget !== null,
  );
  const mayHaveMoved = isBehind || until > at;
  const unknown = (name: string, period: CapPeriod) =>
    mayHaveMoved || usedIn(member?.counters?.caps?.[name], period, date) === undefined;
  const isCapped =
    policies.some(({ definition }) =>
      definition.caps.some(({ period }) => unknown(allEarned, period)),
    ) ||
    rules.some(({ name, definition }) =>
      definition.caps.some(({ period }) => unknown(name, period)),
    );
  const lacksMonths =
    member?.counters?.months === undefined &&
    tiers.some(({ definition }) => definition.basis !== 'LIFETIME');
  const mayPend =
    (member?.pendingUntil ?? null) !== null &&
    tiers.some(({ definition }) => !definition.countPending);
  const since = member?.tierSince ?? null;
  return {
    budgets: withBudget.map(({ ruleId }) => ruleId),
    earned: isCapped || lacksMonths,
    pending: mayPend ? judgedSince(tiers, member, now) : null,
    tierChanges: since !== null && at < since,
  };
}
