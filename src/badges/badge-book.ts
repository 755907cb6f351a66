/** A program's badges as they are judged: by what earns them, and over which time facts add up. */
import { groupBy } from '../platform/lists.ts';
import type { ProgramConfig } from '../programs/config.ts';
import type { Badge, BadgeCriterion } from '../rules/badge-definition.ts';
import { inForce, type Versioned } from '../rules/versioned.ts';

export type BadgeVersion = Versioned<Badge>;

type KeysOf<Union> = Union extends unknown ? keyof Union : never;
/** What earns a badge, without its numbers. */
export type CriterionKind = KeysOf<BadgeCriterion>;

/** Kinds that facts of the event log earn; the others are for a job, once they are final. */
export const factKinds = ['checkIns', 'streak', 'points', 'activities', 'task'] as const;

export const kindOf = ({ definition }: Pick<BadgeVersion, 'definition'>) =>
  Object.keys(definition.criterion)[0] as CriterionKind;

type Book = ReadonlyMap<CriterionKind, readonly BadgeVersion[]>;
const books = new WeakMap<ProgramConfig, Book>();

/** All versions of badges with a kind of criterion; found once for each state of the rules. */
export function badgesBy(program: ProgramConfig, kind: CriterionKind): readonly BadgeVersion[] {
  const known = books.get(program) ?? groupBy(program.badges, kindOf);
  books.set(program, known);
  return known.get(kind) ?? [];
}

/** From when to when versions of a badge follow each other without a gap. Milliseconds since 1970. */
export type Span = { readonly since: number; readonly until: number };

/** The time over which facts of a version add up: a new version goes on counting. */
export function spanOf(program: ProgramConfig, { ruleId, startsAt, endsAt }: BadgeVersion): Span {
  const versions = program.badges.filter(
    (one) => one.ruleId === ruleId && one.startsAt < one.endsAt,
  );
  const before = (at: number) => versions.find((one) => one.endsAt === at);
  const after = (at: number) => versions.find((one) => one.startsAt === at);
  let [since, until] = [startsAt, endsAt];
  for (let one = before(since); one !== undefined; one = before(since)) since = one.startsAt;
  for (let one = after(until); one !== undefined; one = after(until)) until = one.endsAt;
  return { since, until };
}

/**
 * Of these versions those that judge a fact of an instant: what is in force then, and what is in
 * force now, counts the past, and was not there yet.
 */
export function judging(
  program: ProgramConfig,
  versions: readonly BadgeVersion[],
  at: Date,
  now: Date,
): BadgeVersion[] {
  const time = at.getTime();
  const past = inForce(versions, now).filter(
    (one) => one.definition.countsPast && time < one.startsAt && time < spanOf(program, one).since,
  );
  return [...inForce(versions, at), ...past];
}
