import type { RuleKind } from '../generated/prisma/enums.ts';
import type { EarningRule, TaskTrigger } from './definition.ts';

/** A published version of a rule: it judges facts that happened in [startsAt, endsAt). */
export type Versioned<Definition> = {
  readonly ruleId: number;
  readonly key: string;
  readonly version: number;
  /** Milliseconds since 1970; an open end is Infinity. */
  readonly startsAt: number;
  readonly endsAt: number;
  /** Its name without the version: `earning:purchase`. */
  readonly name: string;
  readonly definition: Definition;
};

const prefixes: Readonly<Record<RuleKind, string>> = {
  EARNING: 'earning',
  CAMPAIGN: 'campaign',
  CHECK_IN_PLAN: 'plan',
  TIERS: 'tiers',
  POINTS_POLICY: 'policy',
  TASK: 'task',
  BADGE: 'badge',
};

export const ruleName = (kind: RuleKind, key: string) => `${prefixes[kind]}:${key}`;

/** The kind of rule that a name is of; undefined: it names none. */
export function kindOfName(name: string): RuleKind | undefined {
  const found = Object.entries(prefixes).find(([, prefix]) => name.startsWith(`${prefix}:`));
  return found?.[0] as RuleKind | undefined;
}

/** How entries name what set their amount: `plan:default@1`. */
export const versionName = ({ name, version }: Pick<Versioned<unknown>, 'name' | 'version'>) =>
  `${name}@${version}`;

/** What sets rules off, as a key: rules are found by it. */
export const triggerKey = (trigger: EarningRule['trigger'] | TaskTrigger) =>
  trigger.on === 'ACTIVITY' ? `ACTIVITY:${trigger.type}` : trigger.on;

/** The versions that judge a fact of this instant; one at most of each rule. */
export function inForce<Definition>(
  versions: readonly Versioned<Definition>[],
  at: Date,
): Versioned<Definition>[] {
  const time = at.getTime();
  return versions.filter(({ startsAt, endsAt }) => startsAt <= time && time < endsAt);
}

/** The version that judges a fact of this instant, of a kind that a program has one rule of. */
export function oneInForce<Definition>(
  versions: readonly Versioned<Definition>[],
  at: Date,
): Versioned<Definition> | undefined {
  const time = at.getTime();
  return versions.find(({ startsAt, endsAt }) => startsAt <= time && time < endsAt);
}

/** The versions that judge some fact from one instant to another, both included. */
export function inForceBetween<Definition>(
  versions: readonly Versioned<Definition>[],
  from: Date,
  to: Date,
): Versioned<Definition>[] {
  return versions.filter(
    ({ startsAt, endsAt }) => startsAt <= to.getTime() && from.getTime() < endsAt,
  );
}
