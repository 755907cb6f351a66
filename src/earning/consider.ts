/** Why each rule and campaign applies to a fact, or not: what a quote tells operators. Pure. */
import type { FactTime, MemberState } from '../engine/rows.ts';
import type { ProgramConfig } from '../programs/config.ts';
import { type ConditionFacts, failedPart } from '../rules/condition.ts';
import type { Audience, Campaign, EarningRule } from '../rules/definition.ts';
import { inForce, triggerKey, type Versioned, versionName } from '../rules/versioned.ts';
import { enrolledOn } from './audience.ts';
import { conditionFacts, type EarningFact, isNearBirthday } from './judge.ts';
import type { Earned } from './pay.ts';

/** A rule or campaign (null: that there is none), whether it applies, and why. */
export type Considered = {
  readonly rule: string | null;
  readonly version: number | null;
  readonly applied: boolean;
  readonly because: string;
};

/** Everything a command was judged by. */
export type Judged = {
  readonly program: ProgramConfig;
  readonly member: MemberState;
  readonly fact: EarningFact;
};

/** The rules for the fact's trigger, and the campaigns; with what they came to. */
export function consider(judged: Judged, earned: Earned): Considered[] {
  const { program, member, fact } = judged;
  const candidates = program.earning.get(triggerKey(fact.trigger)) ?? [];
  const facts = conditionFacts(member, fact);
  const rules = consideredRules(candidates, judged, facts, earned);
  return [
    ...(candidates.length === 0 ? [noRule(program, fact)] : rules),
    ...consideredCampaigns(judged, facts, earned),
  ];
}

/** That no rule pays for such facts, and for what rules do. */
export function noRule(
  { earning }: Pick<ProgramConfig, 'earning'>,
  { trigger }: Pick<EarningFact, 'trigger'>,
): Considered {
  const what = trigger.on === 'ACTIVITY' ? trigger.type : trigger.on;
  const known = [...earning.keys()].map((key) => key.replace(/^ACTIVITY:/, ''));
  const others =
    known.length === 0 ? 'there are no earning rules' : `rules are for ${known.join(', ')}`;
  const because = `no earning rule is for ${what}: ${others}`;
  return { rule: null, version: null, applied: false, because };
}

function consideredRules(
  candidates: readonly Versioned<EarningRule>[],
  { member, fact }: Judged,
  facts: ConditionFacts,
  earned: Earned,
): Considered[] {
  const taken = new Map<string, string>();
  return atTheTime(candidates, fact.time).map(({ rule, outside }) => {
    const { definition, name, version } = rule;
    const { exclusiveGroup: group, condition, audience } = definition;
    const first = group === undefined ? undefined : taken.get(group);
    const failed =
      outside ??
      (first === undefined ? undefined : `${first} of its group ${group} comes first`) ??
      outOfDates(definition, fact.time) ??
      (condition && failedPart(condition, facts)) ??
      notFor(audience, member, fact);
    if (failed !== undefined) return { rule: name, version, applied: false, because: failed };
    const isSpent = earned.withheld.some((line) => line.ruleVersion === versionName(rule));
    if (group !== undefined && !isSpent) taken.set(group, name);
    return { rule: name, version, applied: true, because: outcomeOf(rule, earned) };
  });
}

/** One version of each rule: the one in force, or else the one nearest in time, and why not. */
function atTheTime<Definition>(
  versions: readonly Versioned<Definition>[],
  { occurredAt }: FactTime,
): { readonly rule: Versioned<Definition>; readonly outside?: string }[] {
  const judging = inForce(versions, occurredAt);
  const idle = new Map<number, Versioned<Definition>>();
  for (const version of versions) {
    const isIdle = judging.every(({ ruleId }) => ruleId !== version.ruleId);
    if (isIdle && version.startsAt < version.endsAt) idle.set(version.ruleId, version);
  }
  const iso = (at: number) => new Date(at).toISOString();
  return [
    ...judging.map((rule) => ({ rule })),
    ...[...idle.values()].map((rule) => ({
      rule,
      outside:
        occurredAt.getTime() < rule.startsAt
          ? `it is not in force before ${iso(rule.startsAt)}`
          : `it is not in force since ${iso(rule.endsAt)}`,
    })),
  ];
}

function outOfDates(
  { firstDate, lastDate }: { firstDate?: string | undefined; lastDate?: string | undefined },
  { localDate }: FactTime,
): string | undefined {
  if (firstDate !== undefined && localDate < firstDate) {
    return `${localDate} is before its first date, ${firstDate}`;
  }
  if (lastDate === undefined || localDate <= lastDate) return undefined;
  return `${localDate} is after its last date, ${lastDate}`;
}

/** What of an audience the member is not. */
function notFor(
  audience: Audience | undefined,
  member: MemberState,
  { tierKey, time }: EarningFact,
): string | undefined {
  if (audience === undefined) return undefined;
  const { tiers, tags, memberSinceFrom, memberSinceBefore } = audience;
  if (tiers !== undefined && (tierKey === null || !tiers.includes(tierKey))) {
    return `audience: it is for ${tiers.join(', ')}; the member’s tier is ${tierKey ?? 'none'}`;
  }
  if (tags !== undefined && !tags.some((tag) => member.tags.includes(tag))) {
    return `audience: the member has none of the tags ${tags.join(', ')}`;
  }
  const on = enrolledOn(member, time);
  if (memberSinceFrom !== undefined && on < memberSinceFrom) {
    return `audience: the member enrolled on ${on}, before ${memberSinceFrom}`;
  }
  if (memberSinceBefore === undefined || on < memberSinceBefore) return undefined;
  return `audience: the member enrolled on ${on}, not before ${memberSinceBefore}`;
}

/** What a rule that applies came to. */
function outcomeOf(rule: Versioned<EarningRule>, { entries, withheld }: Earned): string {
  const line = [...entries, ...withheld].find(
    ({ ruleVersion }) => ruleVersion === versionName(rule),
  );
  if (line === undefined) {
    return 'it applies, and pays nothing: it comes to 0 points, or something larger is paid instead';
  }
  const { wanted, limits } = line.explanation as {
    readonly wanted?: number;
    readonly limits?: readonly { readonly limit: string; readonly room: number }[];
  };
  if (wanted === undefined) return `it pays ${line.amount}`;
  const why = (limits ?? []).map(({ limit, room }) => `${limit} had room for ${room}`).join(', ');
  return `it pays ${line.amount} of ${wanted}: ${why}`;
}

function consideredCampaigns(
  { program, member, fact }: Judged,
  facts: ConditionFacts,
  { entries, withheld }: Earned,
): Considered[] {
  const lines = [...entries, ...withheld];
  const multiplied = lines.flatMap(
    ({ explanation }) => explanation as { multipliers?: readonly { readonly key: string }[] },
  );
  const concerned = program.campaigns.filter(({ definition: { triggers } }) => {
    const isSame = (one: EarningFact['trigger']) => triggerKey(one) === triggerKey(fact.trigger);
    return triggers.length === 0 || triggers.some(isSame);
  });
  return atTheTime(concerned, fact.time).map(({ rule: campaign, outside }) => {
    const { name: rule, version, key, definition } = campaign;
    const { condition, audience, percent } = definition;
    const failed =
      outside ??
      notRunning(definition, member, fact.time) ??
      (condition && failedPart(condition, facts)) ??
      notFor(audience, member, fact);
    if (failed !== undefined) return { rule, version, applied: false, because: failed };
    if (multiplied.some(({ multipliers = [] }) => multipliers.some((one) => one.key === key))) {
      return { rule, version, applied: true, because: `it multiplies by ${percent / 100}` };
    }
    const because =
      lines.length === 0
        ? 'there is nothing to multiply'
        : 'another exclusive campaign multiplies more';
    return { rule, version, applied: false, because };
  });
}

function notRunning({ when }: Campaign, member: MemberState, time: FactTime): string | undefined {
  if (!('birthday' in when)) return outOfDates(when, time);
  if (isNearBirthday(member.birthday, time.localDate, when.birthday)) return undefined;
  return member.birthday === null
    ? 'the member’s birthday is not known'
    : `${time.localDate} is not near the member’s birthday`;
}
