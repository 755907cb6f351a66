/**
 * Where a member stands once everything that is due was held: evaluations, and other tiers that
 * came into force (S46, S48). Pure, and the same for commands, reads and forecasts, so that nobody
 * depends on when a job has run.
 */
import type { MemberState } from '../engine/rows.ts';
import { later, localDateOf, monthOf, startOfLocalDate } from '../platform/calendar.ts';
import type { ProgramConfig } from '../programs/config.ts';
import type { Tiers } from '../rules/definition.ts';
import { inForce, oneInForce, type Versioned } from '../rules/versioned.ts';
import { basisAt, evaluate, nextEvaluation } from './evaluation.ts';
import { levelUnder, upgraded } from './levels.ts';
import { type EarnedWithPending, earnedBy } from './month-sums.ts';

export type TierRules = Pick<ProgramConfig, 'tiers' | 'zone' | 'dayStartMinutes'>;
/** What an account keeps of tiers. */
export type JudgedMember = Pick<
  MemberState,
  'tierKey' | 'tierVersion' | 'tierEvaluatesAt' | 'enrolledAt'
>;

/** A level that something due gives, as of its own instant. */
export type DueChange = {
  readonly at: Date;
  readonly cause: 'EVALUATED' | 'RULES';
  readonly tiers: Versioned<Tiers>;
  readonly level: number;
  readonly basis: number;
};
export type Standing = {
  /** The tiers in force; undefined: none are. */
  readonly tiers: Versioned<Tiers> | undefined;
  readonly level: number;
  /** When something is due next: an evaluation, or points that begin to count. */
  readonly evaluatesAt: Date | null;
  readonly changes: readonly DueChange[];
};

/** Whether something about the member's tier is due and was not held yet. */
export function isTierDue({ tiers }: TierRules, member: JudgedMember, now: Date): boolean {
  const { tierEvaluatesAt: due, tierVersion } = member;
  if (due !== null && due <= now) return true;
  const current = oneInForce(tiers, now);
  return current === undefined ? due !== null : current.version !== tierVersion;
}

/**
 * The versions that still have a say, in order: that by which the member was judged last, and those
 * that came into force since. Who was never judged is by the newest alone.
 */
export function tiersToHeed(
  { tiers }: TierRules,
  { tierVersion }: JudgedMember,
  now: Date,
): Versioned<Tiers>[] {
  const started = tiers
    .filter(({ startsAt, endsAt }) => startsAt < endsAt && startsAt <= now.getTime())
    .sort((a, b) => a.startsAt - b.startsAt);
  const known = tiers.find(({ version }) => version === tierVersion);
  if (known === undefined) return started.slice(-1);
  return [known, ...started.filter((one) => one !== known && one.startsAt >= known.startsAt)];
}

/** The versions of the tiers that a command of now may look at. */
export function judgingTiers(
  rules: TierRules,
  member: JudgedMember | undefined,
  now: Date,
): Versioned<Tiers>[] {
  if (rules.tiers.length === 0) return [];
  if (member !== undefined && isTierDue(rules, member, now)) return tiersToHeed(rules, member, now);
  return inForce(rules.tiers, now);
}

/** From which instant on they look at it: what was due since is held now. */
export function judgedSince(
  versions: readonly Versioned<Tiers>[],
  member: JudgedMember | undefined,
  now: Date,
): Date {
  const due = member?.tierEvaluatesAt ?? now;
  const starts = versions.filter(({ version }) => version !== member?.tierVersion);
  const first = Math.min(now.getTime(), due.getTime(), ...starts.map(({ startsAt }) => startsAt));
  return new Date(first - 1);
}

/** Holds everything due up to `now`, one after the other, each by what counted at its instant. */
export function standingOf(
  rules: TierRules,
  member: JudgedMember,
  earned: EarnedWithPending,
  now: Date,
): Standing {
  const dateOf = (at: Date) => localDateOf(at, rules.zone, rules.dayStartMinutes);
  const startOf = (date: string) => startOfLocalDate(date, rules.zone, rules.dayStartMinutes);
  const changes: DueChange[] = [];
  let key = member.tierKey;
  let due = member.tierEvaluatesAt;
  for (const tiers of tiersToHeed(rules, member, now)) {
    const { definition, version, startsAt, endsAt } = tiers;
    const judge = (at: Date, cause: DueChange['cause']) => {
      const { sums, lifetime } = earnedBy(at, earned);
      const date = dateOf(at);
      const basis = basisAt(definition, sums, lifetime, monthOf(date));
      const before = levelUnder(tiers, rules.tiers, key);
      const last = nextEvaluation(definition, dateOf(new Date(at.getTime() - 1)));
      const isHeld = cause === 'EVALUATED' && startOf(last.date) <= at;
      const held = isHeld ? evaluate(definition, before, sums, lifetime, last.closes) : before;
      const level = upgraded(held, definition, basis);
      const to = definition.levels[level]?.key ?? null;
      // Everybody has the first tier; a change to it would say nothing.
      if (to !== key && !(key === null && level === 0)) {
        changes.push({ at, cause, tiers, level, basis });
        key = to;
      }
      due = nextDue(definition, at, startOf(nextEvaluation(definition, date).date), earned);
    };
    if (version !== member.tierVersion)
      judge(later(new Date(startsAt), member.enrolledAt), 'RULES');
    while (due !== null && due <= now && due.getTime() < endsAt) judge(due, 'EVALUATED');
  }
  const current = oneInForce(rules.tiers, now);
  if (current === undefined) return { tiers: current, level: 0, evaluatesAt: null, changes };
  return {
    tiers: current,
    level: levelUnder(current, rules.tiers, key),
    evaluatesAt: due,
    changes,
  };
}

/** The next evaluation, or what comes before it: points that begin to count. */
export function nextDue(
  { countPending }: Pick<Tiers, 'countPending'>,
  after: Date,
  evaluation: Date,
  { pending }: Pick<EarnedWithPending, 'pending'>,
): Date {
  if (countPending) return evaluation;
  const starts = pending.flatMap(({ activatesAt }) =>
    activatesAt !== null && activatesAt > after ? [activatesAt.getTime()] : [],
  );
  return new Date(Math.min(evaluation.getTime(), ...starts));
}
