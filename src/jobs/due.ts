import type { Engine } from '../engine/engine.ts';
import type { Keyed, MemberRef, Operation } from '../engine/operation.ts';
import { limits } from '../limits.ts';
import type { Bus } from '../platform/bus.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import { Unavailable } from '../platform/refusal.ts';
import type { createTasks } from '../tasks/create-tasks.ts';

/** A member for whom something is due. */
export type DueMember = { readonly memberId: number; readonly programId: number };

export type JobTools = {
  readonly pool: Pool;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly log: Log;
  readonly badges: { sweep(): Promise<number> };
  readonly tasks: Pick<ReturnType<typeof createTasks>, 'settler' | 'configs'>;
};

/** Work that time brings. Safe to run late, twice, or on two nodes at once. */
export type Job = {
  readonly name: string;
  /** When, as crontab has it: minute, hour, day, month, weekday (UTC). */
  readonly cron: string;
  /** It runs soon after a node starts, too: it may be overdue. */
  readonly atStart?: true;
  /** As long as `run` did something, it runs again at once, behind the jobs that wait already. */
  readonly takesTurns?: true;
  /** Jobs that have work once this one did something. */
  readonly wakes?: readonly string[];
  /** When it is next due: it runs then, not only at its next minute. */
  readonly dueAt?: (now: Date) => Promise<Date | null>;
  /** Does all that is due now; returns for how many members (or orders). */
  run(): Promise<number>;
};

/**
 * Runs an operation for every member for whom it is due, through the engine: what it finds nothing
 * to do for, it leaves alone, so nobody depends on when or how often this runs. Who cannot be served
 * yet, such as one whose balance has no room for a refund, is named and keeps nobody else waiting.
 */
export async function runForDue<
  Input extends Keyed & { readonly member: MemberRef },
  Outcome,
  Due extends DueMember,
>(
  { engine, clock, log }: JobTools,
  name: string,
  operation: Operation<Input, Outcome>,
  find: (now: Date) => Promise<Due[]>,
  inputOf: (member: MemberRef, due: Due) => Input,
): Promise<number> {
  let members = 0;
  for (let round = 0; round < limits.jobRoundsMax; round += 1) {
    const due = await find(clock.now());
    const results = await Promise.allSettled(
      due.map((one) => {
        const viewer = { kind: 'system', programId: one.programId, name } as const;
        return engine.run(operation, viewer, inputOf({ id: one.memberId }, one));
      }),
    );
    const failures = results.flatMap((result, at) =>
      result.status === 'rejected' ? [{ err: result.reason as unknown, ...due[at] }] : [],
    );
    const isOutage = failures.length === due.length && failures[0]?.err instanceof Unavailable;
    if (isOutage) throw failures[0]?.err; // The worker tries again.
    for (const failure of failures)
      log.warn({ job: name, ...failure }, 'a job could not be done yet');
    members += due.length - failures.length;
    // What cannot be done would be found again at once: the rest is for the next run.
    if (due.length < limits.jobMembersMax || failures.length > 0) break;
  }
  return members;
}
