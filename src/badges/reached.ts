/** Finds out who has earned a badge, and with which fact. */
import { nextLocalDate } from '../platform/calendar.ts';
import type { PoolClient } from '../platform/db.ts';
import { groupBy } from '../platform/lists.ts';
import type { ProgramConfig } from '../programs/config.ts';
import { badgeTarget } from '../rules/badge-definition.ts';
import { type BadgeVersion, type CriterionKind, kindOf, spanOf } from './badge-book.ts';
import { type Candidate, needs } from './badge-facts.ts';
import {
  type Asked,
  type AskedDay,
  findActivityReached,
  findCheckInReached,
  findPointsReached,
  findTaskReached,
  loadStreakDays,
  type ReachedRow,
} from './reached.sql.ts';

/** A badge that a member has earned. */
export type Earned = Candidate & Pick<ReachedRow, 'occurredAt' | 'source'>;

const finders: Partial<Record<CriterionKind, Finder>> = {
  checkIns: findCheckInReached,
  streak: findStreakReached,
  points: findPointsReached,
  task: findTaskReached,
  activities: findActivityReached,
};
type Finder = (client: PoolClient, asked: Asked[], zone: string) => Promise<readonly ReachedRow[]>;

/** Those of the candidates who have earned their badge, as of what is committed. */
export async function findEarned(
  client: PoolClient,
  program: ProgramConfig,
  candidates: readonly Candidate[],
  factsOf = (badge: BadgeVersion, memberId: number) => askedOf(program, badge, memberId),
): Promise<Earned[]> {
  const found: Earned[] = [];
  for (const [kind, group] of groupBy(candidates, ({ badge }) => kindOf(badge))) {
    const asked = group.map(({ memberId, badge }) => factsOf(badge, memberId));
    const rows = (await finders[kind]?.(client, asked, program.zone)) ?? [];
    for (const { place, occurredAt, source } of rows) {
      const candidate = group[place - 1];
      if (candidate !== undefined) found.push({ ...candidate, occurredAt, source });
    }
  }
  return found;
}

/** Which facts count for a member by a version of a badge. */
export function askedOf(program: ProgramConfig, badge: BadgeVersion, memberId: number): Asked {
  const { criterion, countsPast, firstDate, lastDate } = badge.definition;
  const { since, until } = spanOf(program, badge);
  return {
    memberId,
    target: badgeTarget(criterion),
    since: countsPast ? '-infinity' : new Date(since).toISOString(),
    until: Number.isFinite(until) ? new Date(until).toISOString() : 'infinity',
    firstDate: firstDate ?? '-infinity',
    lastDate: lastDate ?? 'infinity',
    ruleId: 'task' in criterion ? taskId(program, criterion.task.key) : badge.ruleId,
    type: 'activities' in criterion ? needs(badge, 'activities').type : '',
  };
}

/** Rule id of a task; 0 names none. */
const taskId = ({ tasks }: ProgramConfig, key: string) =>
  tasks.find((task) => task.key === key)?.ruleId ?? 0;

async function findStreakReached(
  client: PoolClient,
  asked: readonly Asked[],
  zone: string,
): Promise<ReachedRow[]> {
  const days = groupBy(await loadStreakDays(client, asked), ({ place }) => place);
  return asked.flatMap(({ target }, index) => {
    const place = index + 1;
    const day = runReaching(days.get(place) ?? [], target, zone);
    if (day === undefined) return [];
    return { place, occurredAt: day.occurredAt, source: `CHECK_IN:${day.localDate}` };
  });
}

/** The first day with which days in a row reach a number; they come oldest first. */
export function runReaching<Day extends Pick<AskedDay, 'localDate'>>(
  days: readonly Day[],
  target: number,
  zone: string,
): Day | undefined {
  let run = 0;
  let next = '';
  for (const day of days) {
    run = day.localDate === next ? run + 1 : 1;
    if (run === target) return day;
    next = nextLocalDate(day.localDate, zone);
  }
  return undefined;
}
