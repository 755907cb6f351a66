/** Reads what a definition meets when it is published. */
import { localDateOf } from '../platform/calendar.ts';
import type { SettingsChange as Change } from '../programs/change-settings.ts';
import { parsed } from './change.ts';
import type { Definitions, RuleKind, Tiers } from './definition.ts';
import type { Other, OtherRules } from './other-rules.ts';
import {
  endOf,
  FOREVER,
  judgingVersions,
  type RuleRow,
  versionAt,
  withVersions,
} from './rule-rows.ts';
import { neededBy } from './task-definition.ts';

/** From when to when something is published. */
export type Interval = { readonly startsAt: Date; readonly endsAt: Date | null };

const met: readonly RuleKind[] = ['EARNING', 'CAMPAIGN', 'TIERS', 'TASK', 'BADGE'];

/** What is published for some of the time of an interval, the rule itself left out. */
export async function otherRules(
  { tx, programId, program, now }: Change,
  { id, key }: Pick<RuleRow, 'id' | 'key'>,
  { startsAt, endsAt }: Interval,
): Promise<OtherRules> {
  const rules = await tx.rule.findMany({
    where: { programId, kind: { in: [...met] }, id: { not: id } },
    include: withVersions,
    orderBy: { id: 'asc' },
  });
  const of = <Kind extends RuleKind>(kind: Kind): Other<Definitions[Kind]>[] =>
    rules
      .filter((rule) => rule.kind === kind)
      .flatMap((rule) => meeting(rule, { startsAt, endsAt }).map((other) => ({ rule, other })))
      .map(({ rule, other }) => ({
        key: rule.key,
        definition: parsed(kind, other.definition),
        startsAt: other.startsAt.getTime(),
        endsAt: endOf(other),
        isOlder: rule.id < id,
      }));
  const tiers = rules
    .filter(({ kind }) => kind === 'TIERS')
    .map((rule) => versionAt(rule, startsAt))
    .find((version) => version !== undefined);
  const dateOf = (at: Date) => localDateOf(at, program.zone, program.dayStartMinutes);
  const changes = levelChanges(of('TIERS'), startsAt.getTime(), endOf({ endsAt }));
  return {
    earning: of('EARNING'),
    campaigns: of('CAMPAIGN'),
    tasks: newest(of('TASK')),
    badges: newest(of('BADGE')),
    boards: await boardsOf(tx, programId),
    challenges: await challengesOf(tx, programId),
    key,
    tiers: tiers === undefined ? null : parsed('TIERS', tiers.definition),
    laterTiers: changes.map(({ at, keys }) => ({ from: dateOf(new Date(at)), keys })),
    today: dateOf(now),
    startsAt: startsAt.getTime(),
    endsAt: endOf({ endsAt }),
    days: {
      first: dateOf(startsAt),
      last: endsAt === null ? null : dateOf(new Date(endsAt.getTime() - 1)),
    },
  };
}

const newest = <Definition>(list: readonly Other<Definition>[]) =>
  list.filter((one, at, all) => all.findIndex(isOf(one)) === at);

/** Leaderboards of a program that are in use. */
async function boardsOf(tx: Change['tx'], programId: number) {
  const boards = await tx.leaderboard.findMany({
    where: { programId, archivedAt: null, challenge: null },
    select: { key: true, cadence: true, endsAt: true },
  });
  return boards.map(({ key, cadence, endsAt }) => ({
    key,
    ends: cadence !== 'ALL_TIME' || endsAt !== null,
  }));
}

/** Boards of the challenges of a program, by which badges name these. */
async function challengesOf(tx: Change['tx'], programId: number): Promise<string[]> {
  const challenge = { is: { cancelledAt: null } };
  const boards = await tx.leaderboard.findMany({
    where: { programId, challenge },
    select: { key: true },
  });
  return boards.map(({ key }) => key);
}

const isOf = (one: Other<unknown>) => (other: Other<unknown>) => other.key === one.key;

/** Keys of the tasks, in force or scheduled after an instant, that need this one. */
export async function tasksThatNeed(changed: Change, rule: RuleRow, at: Date): Promise<string[]> {
  const { tasks } = await otherRules(changed, rule, { startsAt: at, endsAt: null });
  const needing = tasks.filter(({ definition }) => neededBy(definition).includes(rule.key));
  return [...new Set(needing.map(({ key }) => key))];
}

/** When other levels begin to count, and when none do, between two instants. */
function levelChanges(tiers: readonly Other<Tiers>[], from: number, to: number) {
  const begins = tiers
    .filter(({ startsAt }) => startsAt > from)
    .map(({ startsAt, definition }) => ({
      at: startsAt,
      keys: definition.levels.map(({ key }) => key),
    }));
  const ends = tiers
    .filter(({ endsAt }) => endsAt < to && tiers.every(({ startsAt }) => startsAt !== endsAt))
    .map(({ endsAt }) => ({ at: endsAt, keys: [] }));
  return [...begins, ...ends].sort((a, b) => a.at - b.at);
}

const meeting = (rule: RuleRow, { startsAt, endsAt }: Interval) =>
  judgingVersions(rule).filter(
    (other) => startsAt.getTime() < endOf(other) && other.startsAt < (endsAt ?? FOREVER),
  );
