/** What a fact needs to know of the past before its points can be decided. */
import type { MemberState } from '../engine/rows.ts';
import type { LocalDate } from '../platform/calendar.ts';
import { allEarned, type CapPeriod, usedIn } from '../points/counters.ts';
import type { ProgramConfig } from '../programs/config.ts';
import { inForceBetween, oneInForce } from '../rules/versioned.ts';

export type Needs = {
  /** Rules whose budgets it may draw on. */
  readonly budgets: readonly number[];
  /** The account's counters cannot say what was earned: the ledger has to. */
  readonly earned: boolean;
  /** Points that are not active yet do not count for the tier. */
  readonly pending: boolean;
  /** It happened before the member's tier of today. */
  readonly tierChanges: boolean;
};

const none: Needs = { budgets: [], earned: false, pending: false, tierChanges: false };

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
  const tiers = oneInForce(program.tiers, now)?.definition;
  const then = oneInForce(program.tiers, at);
  if (rules.length === 0 && campaigns.length === 0 && policies.length === 0 && !tiers && !then) {
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
    tiers !== undefined && tiers.basis !== 'LIFETIME' && member?.counters?.months === undefined;
  const pendingUntil = member?.pendingUntil ?? null;
  const since = member?.tierSince ?? null;
  return {
    budgets: withBudget.map(({ ruleId }) => ruleId),
    earned: isCapped || lacksMonths,
    pending: tiers?.countPending === false && pendingUntil !== null && pendingUntil > now,
    tierChanges: since !== null && at < since,
  };
}
