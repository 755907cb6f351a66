/** Reads what may make a definition come to something else than its author expects. */
import type { Prisma } from '../generated/prisma/client.ts';
import { limits } from '../limits.ts';
import {
  addDays,
  type LocalDate,
  localDateOf,
  startOfLocalDate,
  utcOffsetSeconds,
} from '../platform/calendar.ts';
import type { SettingsChange as Change } from '../programs/change-settings.ts';
import { calendarStart, periodEnd } from '../tasks/periods.ts';
import { parsed } from './change.ts';
import type { Audience, Definitions, RuleKind, Task, Trigger } from './definition.ts';
import type { Interval } from './others.ts';
import { endOf, judgingVersions, type RuleRow, versionAt } from './rule-rows.ts';
import type { Keepers, Situation } from './warnings.ts';

/** What the program has come to, as a definition that is published for an interval meets it. */
export async function situationOf(
  { tx, programId, program: { zone, dayStartMinutes } }: Change,
  rule: RuleRow,
  definition: Definitions[RuleKind],
  { startsAt }: Interval,
): Promise<Situation> {
  const budget = await tx.ruleBudget.findUnique({ where: { ruleId: rule.id } });
  const firstDate = localDateOf(startsAt, zone, dayStartMinutes);
  const local = new Date(startsAt.getTime() + utcOffsetSeconds(startsAt, zone) * 1_000);
  const hasBefore = judgingVersions(rule).some((version) => endOf(version) === startsAt.getTime());
  return {
    spent: Number(budget?.spent ?? 0),
    strangeTags: await strangeTags(tx, programId, definition),
    strangeTypes: await strangeTypes(tx, programId, definition),
    keepers: rule.kind === 'TASK' ? await keepersOf(tx, rule, firstDate) : [],
    starts: local.toISOString().slice(0, 16).replace('T', ' '),
    startsMidway: startOfLocalDate(firstDate, zone, dayStartMinutes) < startsAt,
    hasBefore: hasBefore || versionAt(rule, startsAt) !== undefined,
  };
}

/** Tags of the audience that no member has. */
async function strangeTags(
  tx: Prisma.TransactionClient,
  programId: number,
  definition: object,
): Promise<string[]> {
  const { audience } = definition as { readonly audience?: Audience };
  const strange: string[] = [];
  for (const tag of audience?.tags ?? []) {
    const member = await tx.member.findFirst({
      where: { programId, tags: { has: tag } },
      select: { id: true },
    });
    if (member === null) strange.push(tag);
  }
  return strange;
}

type Triggered = {
  readonly trigger?: Trigger;
  readonly triggers?: readonly Trigger[];
  readonly criterion?: Partial<Record<'activities', { readonly type: string }>>;
};

/** Types of activities that it is about and nobody has recorded. */
async function strangeTypes(
  tx: Prisma.TransactionClient,
  programId: number,
  definition: object,
): Promise<string[]> {
  const { trigger, triggers = [], criterion } = definition as Triggered;
  const all = trigger === undefined ? triggers : [trigger];
  const types = new Set(all.flatMap((one) => (one.on === 'ACTIVITY' ? one.type : [])));
  if (criterion?.activities !== undefined) types.add(criterion.activities.type);
  const strange: string[] = [];
  for (const type of types) {
    const known = await tx.activity.findFirst({
      where: { programId, type },
      select: { reference: true },
    });
    if (known === null) strange.push(type);
  }
  return strange;
}

/** How many members are within a period that they began by earlier versions of a task. */
async function keepersOf(
  tx: Prisma.TransactionClient,
  rule: RuleRow,
  date: LocalDate,
): Promise<Keepers[]> {
  const begun = judgingVersions(rule).flatMap(({ version, definition }) => {
    const from = openSince(parsed('TASK', definition), date);
    return from === undefined ? [] : [{ version, from }];
  });
  if (begun.length === 0) return [];
  return tx.$queryRaw<Keepers[]>`
    select version, count(*)::int as members from (
      select p.version
      from unnest(${begun.map(({ version }) => version)}::int[],
                  ${begun.map(({ from }) => from)}::date[]) as k (version, from_date)
      join task_progress p on p.rule_id = ${rule.id} and p.period_start >= k.from_date
        and p.version = k.version and p.completed_at is null and p.progress > 0
      limit ${limits.taskKeepersMax}) as p
    group by version order by version`;
}

/** The first date on which a period may have begun that is not over on a date. */
function openSince(task: Task, date: LocalDate): LocalDate | undefined {
  const days = task.period.every === 'DAYS' ? task.period.days : 1;
  const from = calendarStart(task, date) ?? addDays(date, 1 - days);
  const end = periodEnd(task, from);
  return end !== null && end <= date ? undefined : from;
}
