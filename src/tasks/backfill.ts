/**
 * Backfills (S21): facts from before a task are found in the log, chunk by chunk, and then counted,
 * some members at a time. A chunk is a transaction that also says how far the run has come, so that
 * a crash loses nothing, and a dry run does all of it but the counting.
 */
import { limits } from '../limits.ts';
import type { Bus } from '../platform/bus.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool, PoolClient } from '../platform/db.ts';
import { inTransaction } from '../platform/db.ts';
import type { ProgramConfig, ProgramConfigs } from '../programs/config.ts';
import { factTime } from '../programs/fact-time.ts';
import { lockConsumer, readPast } from '../projections/event-log.ts';
import { programsWith } from '../rules/rule-programs.ts';
import type { Task } from '../rules/task-definition.ts';
import { inForce } from '../rules/versioned.ts';
import {
  type BackfillRun,
  deleteStaged,
  findStaged,
  loadReturned,
  lockBackfill,
  readPartsDone,
  readStaged,
  setStaged,
  stageFacts,
  storeRun,
} from './backfill.sql.ts';
import { foresee } from './backfill-forecast.ts';
import { factOf, isAbout, isWithin, leftOf, returnOf, worthOf } from './facts-of-events.ts';
import { partSource } from './progress.ts';
import { AffectedTasks, BEGINNING, recount } from './recount.ts';
import type { TaskSettler } from './settler.ts';
import { type BookTask, bookOf, partIdsOf } from './task-book.ts';
import { insertContributions, type NewContribution } from './tasks.sql.ts';
import { contributionOf, membersOf, TASKS } from './tasks-consumer.ts';

const EVENTS_PER_STEP = 2_000;
const MEMBERS_PER_STEP = 200;

type Tools = {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly configs: ProgramConfigs;
  readonly bus: Pick<Bus, 'publish'>;
  readonly settler: TaskSettler;
};

/** One step of one run. */
type Step = {
  readonly client: PoolClient;
  readonly program: ProgramConfig;
  readonly run: BackfillRun;
  readonly task: BookTask;
  readonly definition: Task;
  readonly now: Date;
};

/** Works at runs for one turn; returns how many steps that took: 0 when none is left. */
export async function runBackfills(tools: Tools): Promise<number> {
  const until = performance.now() + limits.jobTurnMs;
  let steps = 0;
  do {
    const members = await inTransaction(tools.pool, (client) => oneStep(tools, client));
    if (members === undefined) break;
    steps += 1;
    if (members.length > 0) tools.bus.publish({ boards: [], members });
    tools.settler.wake();
  } while (performance.now() < until);
  return steps;
}

/** The members to tell of a step; undefined when there is nothing to do. */
async function oneStep(tools: Tools, client: PoolClient): Promise<number[] | undefined> {
  const run = await lockBackfill(client);
  if (run === undefined) return undefined;
  const read = await lockConsumer(client, TASKS);
  const configs = await programsWith(client, tools.configs, 'TASK');
  const program = configs.get(run.programId);
  const task = program && bookOf(program).get(run.ruleId);
  const definition = task?.versions.get(run.version)?.definition;
  if (program === undefined || task === undefined || definition === undefined) return undefined;
  const step: Step = { client, program, run, task, definition, now: tools.clock.now() };
  if (run.state === 'APPLYING') return apply(step);
  await (definition.of === undefined ? scanLog(step, read) : scanParts(step));
  return [];
}

/** Whether the task would have looked at a fact: from the run's start on, before it was in force. */
const isPast = ({ run, task }: Step, at: Date) =>
  at >= run.from && inForce([...task.versions.values()], at).length === 0;

async function scanLog(step: Step, until: { txid: string; position: number }): Promise<void> {
  const { client, program, run, definition, now } = step;
  const { ruleId, version } = run;
  const events = await readPast(client, program.id, run, until, EVENTS_PER_STEP);
  const own = events.filter(({ programId }) => programId === program.id);
  const about = (trigger: Parameters<typeof isAbout>[1]) => isAbout({ definition }, trigger);
  const facts = own
    .flatMap((event) => factOf(program, event) ?? [])
    .filter(({ trigger, time }) => about(trigger) && isPast(step, time.occurredAt));
  const members = await membersOf(
    client,
    program,
    facts.map(({ memberId }) => memberId),
    now,
  );
  const rows = facts.flatMap((fact): NewContribution[] => {
    const member = members.get(fact.memberId);
    const worth = member === undefined ? 0 : worthOf(definition, member, fact);
    return worth === 0 ? [] : [contributionOf(program, fact, { ruleId, version, worth })];
  });
  const found = await stageFacts(client, run.id, rows);
  const returns = own.flatMap((event) => returnOf(event) ?? []).filter((one) => about(one.trigger));
  const back = new Map(returns.map((one) => [factKey(one), one]));
  const staged = await findStaged(client, run.id, [...back.values()]);
  const left = staged.flatMap((row) => {
    const one = back.get(factKey(row));
    return one === undefined ? [] : [{ ...row, amount: leftOf(definition, row.worth, one) }];
  });
  if (left.length > 0) await setStaged(client, run.id, left);
  const { txid, position } = events.at(-1) ?? run;
  const isDone = events.length < EVENTS_PER_STEP;
  await storeRun(client, {
    ...run,
    ...{ txid, position, facts: run.facts + found },
    state: isDone ? 'APPLYING' : 'SCANNING',
  });
}

async function scanParts(step: Step): Promise<void> {
  const { client, program, run, definition, now } = step;
  const { ruleId, version } = run;
  const ids = partIdsOf(bookOf(program), definition);
  const rows = await readPartsDone(client, ids, run.from, run.afterMember, MEMBERS_PER_STEP);
  const memberIds = [...new Set(rows.map(({ memberId }) => memberId))];
  const members = await membersOf(client, program, memberIds, now);
  const found = rows.flatMap(({ memberId, ruleId: part, periodStart, completedAt }) => {
    const member = members.get(memberId);
    const time = factTime(program, completedAt);
    if (member === undefined || !isPast(step, completedAt)) return [];
    if (!isWithin(definition, member, time)) return [];
    const source = partSource(part, periodStart);
    const { localDate } = time;
    return {
      ...{ memberId, ruleId, source, version, programId: program.id, localDate },
      ...{ occurredAt: completedAt, worth: 1, amount: 1 },
    };
  });
  const facts = run.facts + (await stageFacts(client, run.id, found));
  const isDone = memberIds.length < MEMBERS_PER_STEP;
  const afterMember = isDone ? 0 : (memberIds.at(-1) ?? 0);
  const state = isDone ? 'APPLYING' : 'SCANNING';
  await storeRun(client, { ...run, facts, afterMember, state });
}

const factKey = ({ memberId, source }: { readonly memberId: number; readonly source: string }) =>
  `${memberId}/${source}`;

/** Counts what was found for some members, or in a dry run what it would come to. */
async function apply(step: Step): Promise<number[]> {
  const { client, program, run, task, definition, now } = step;
  const staged = await readStaged(client, run.id, run.afterMember, MEMBERS_PER_STEP);
  const memberIds = [...new Set(staged.map(({ memberId }) => memberId))];
  if (memberIds.length === 0) {
    await storeRun(client, { ...run, state: 'DONE', finishedAt: now });
    return [];
  }
  const { ruleId, version } = run;
  const back = new Map(
    (await loadReturned(client, program.id, staged)).map((one) => [factKey(one), one]),
  );
  const facts = staged.map((fact) => {
    const returned = back.get(factKey(fact));
    const amount = returned === undefined ? fact.amount : leftOf(definition, fact.worth, returned);
    return { ...fact, amount, ruleId, version, programId: program.id };
  });
  const { completions, points } = await foresee(client, program, task, facts, memberIds);
  let told: number[] = [];
  if (!run.dryRun) {
    await insertContributions(client, facts);
    const affected = new AffectedTasks();
    for (const memberId of memberIds) affected.add({ memberId, ruleId, from: BEGINNING });
    const members = await membersOf(client, program, memberIds, now);
    const changed = await recount(client, program, members, affected, run.quiet);
    if (!run.quiet) told = changed;
  }
  await deleteStaged(client, run.id, memberIds);
  await storeRun(client, {
    ...run,
    afterMember: memberIds.at(-1) ?? run.afterMember,
    members: run.members + memberIds.length,
    completions: run.completions + completions,
    points: run.points + points,
  });
  return told;
}
