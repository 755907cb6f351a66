import type { Clock } from '../platform/clock.ts';
import type { PoolClient } from '../platform/db.ts';
import type { ProgramConfig, ProgramConfigs } from '../programs/config.ts';
import type { LoggedEvent } from '../projections/event-log.ts';
import type { Consumer } from '../projections/projection.ts';
import { ruleConsumer } from '../rules/rule-programs.ts';
import { inForce, oneInForce } from '../rules/versioned.ts';
import { effectiveTierKey } from '../tiers/member-tier.ts';
import {
  factOf,
  leftOf,
  returnOf,
  type TaskFact,
  type TaskMember,
  type TaskReturn,
  worthOf,
} from './facts-of-events.ts';
import { calendarStart } from './periods.ts';
import { AffectedTasks, recount } from './recount.ts';
import { bookOf, tasksAbout } from './task-book.ts';
import {
  type Affected,
  findContributions,
  insertContributions,
  loadTaskMembers,
  type NewContribution,
  setAmounts,
} from './tasks.sql.ts';

export const TASKS = 'tasks';

/** Counts facts of the event log for tasks: exactly once, in the transaction of its cursor. */
export const tasksConsumer = (configs: ProgramConfigs, clock: Clock): Consumer =>
  ruleConsumer({ name: TASKS, what: 'tasks', kind: 'TASK' }, configs, (client, program, events) =>
    countEvents(client, program, events, clock.now()),
  );

/** Counts a program's events. Returns the members whose progress changed. */
async function countEvents(
  client: PoolClient,
  program: ProgramConfig,
  events: readonly LoggedEvent[],
  now: Date,
): Promise<number[]> {
  const facts = events.flatMap((event) => factOf(program, event) ?? []).filter(counts(program));
  const returns = events.flatMap((event) => returnOf(event) ?? []).filter(counts(program));
  if (facts.length === 0 && returns.length === 0) return [];
  const ids = [...new Set([...facts, ...returns].map(({ memberId }) => memberId))];
  const members = await membersOf(client, program, ids, now);
  const affected = new AffectedTasks();
  await takeFacts(client, program, members, facts, affected);
  await takeReturns(client, program, returns, affected);
  return recount(client, program, members, affected);
}

/** Whether any task of the program is about such facts. */
const counts = (program: ProgramConfig) => (fact: TaskFact | TaskReturn) =>
  tasksAbout(program, fact.trigger).length > 0;

/** Members as tasks judge them: tags and tier as of now, when their facts are counted. */
export async function membersOf(
  client: PoolClient,
  program: ProgramConfig,
  ids: readonly number[],
  now: Date,
): Promise<Map<number, TaskMember>> {
  const rows = await loadTaskMembers(client, ids);
  return new Map(
    rows.map((row) => [
      row.memberId,
      { ...row, tierKey: effectiveTierKey({ program }, row.tierKey, now) },
    ]),
  );
}

/** Notes what each fact is worth for the tasks in force at its time. */
async function takeFacts(
  client: PoolClient,
  program: ProgramConfig,
  members: ReadonlyMap<number, TaskMember>,
  facts: readonly TaskFact[],
  affected: AffectedTasks,
): Promise<void> {
  const rows = facts.flatMap((fact): NewContribution[] => {
    const member = members.get(fact.memberId);
    if (member === undefined) return [];
    const tasks = inForce(tasksAbout(program, fact.trigger), fact.time.occurredAt);
    return tasks.flatMap(({ ruleId, version, definition }) => {
      const worth = worthOf(definition, member, fact);
      return worth === 0 ? [] : [contributionOf(program, fact, { ruleId, version, worth })];
    });
  });
  if (rows.length === 0) return;
  const byName = new Map(rows.map((row) => [nameOf(row), row]));
  for (const row of await insertContributions(client, [...byName.values()])) {
    const known = byName.get(nameOf(row));
    const place = known && affectedBy(program, known);
    if (known !== undefined && place !== undefined) affected.addFact(place, known);
  }
}

const nameOf = (row: Pick<NewContribution, 'memberId' | 'ruleId' | 'source'>) =>
  `${row.memberId}/${row.ruleId}/${row.source}`;

export const contributionOf = (
  { id: programId }: ProgramConfig,
  { memberId, source, time: { occurredAt, localDate } }: TaskFact,
  { ruleId, version, worth }: Pick<NewContribution, 'ruleId' | 'version' | 'worth'>,
): NewContribution => ({
  ...{ memberId, ruleId, source, programId, version, occurredAt, localDate },
  ...{ worth, amount: worth },
});

/** Sets what returns left of facts that were counted; the last of several says it. */
async function takeReturns(
  client: PoolClient,
  program: ProgramConfig,
  returns: readonly TaskReturn[],
  affected: AffectedTasks,
): Promise<void> {
  const wanted = new Map(
    returns.flatMap((one) => {
      const ruleIds = new Set(tasksAbout(program, one.trigger).map(({ ruleId }) => ruleId));
      return [...ruleIds].map((ruleId) => {
        const row = { memberId: one.memberId, ruleId, source: one.source };
        return [nameOf(row), { ...row, left: one }] as const;
      });
    }),
  );
  if (wanted.size === 0) return;
  const book = bookOf(program);
  const known = await findContributions(client, [...wanted.values()]);
  const rows = known.flatMap((row) => {
    const definition = book.get(row.ruleId)?.versions.get(row.version)?.definition;
    const left = wanted.get(nameOf(row))?.left;
    if (definition === undefined || left === undefined) return [];
    const amount = leftOf(definition, row.worth, left);
    return amount === row.amount ? [] : [{ ...row, amount }];
  });
  if (rows.length === 0) return;
  await setAmounts(client, rows);
  for (const row of rows) {
    const place = affectedBy(program, row);
    if (place !== undefined) affected.add(place);
  }
}

/** From where on a fact may change periods; undefined when no version of its task is known. */
function affectedBy(
  program: ProgramConfig,
  row: Pick<NewContribution, 'memberId' | 'ruleId' | 'version' | 'localDate'>,
): Affected | undefined {
  const { memberId, ruleId, version, localDate } = row;
  const definition = bookOf(program).get(ruleId)?.versions.get(version)?.definition;
  if (definition === undefined) return undefined;
  return { memberId, ruleId, from: calendarStart(definition, localDate) ?? localDate };
}

/** The version of a task that judges facts of an instant. */
export const taskAt = (program: ProgramConfig, key: string, at: Date) =>
  oneInForce(
    program.tasks.filter((task) => task.key === key),
    at,
  );
