/** Pays a completed period of a task, or takes back what was paid when it is completed no more. */
import { exactly } from '../earning/amount.ts';
import { toldOf, withTiers } from '../earning/earn.ts';
import type { Part } from '../earning/judge.ts';
import { payParts } from '../earning/pay.ts';
import type { Facts } from '../engine/facts.ts';
import type { MemberState, SettlementRow, TaskPeriodRow } from '../engine/rows.ts';
import { assert } from '../platform/assert.ts';
import { activatesAt, expiresAt } from '../points/expiry.ts';
import type { EntrySummary } from '../points/ledger.ts';
import { reverseEach, reviewed } from '../points/reverse-points.ts';
import { factTime } from '../programs/fact-time.ts';
import type { Task } from '../rules/task-definition.ts';
import type { Versioned } from '../rules/versioned.ts';
import { holdDueTiers, type TierStep } from '../tiers/member-tier.ts';
import { ONCE } from './periods.ts';

/** What a settlement came to. */
export type Settled = {
  readonly entries: EntrySummary[];
  readonly withheld: EntrySummary[];
  readonly tier?: TierStep;
  readonly position: number;
};

/** The version by which a stored period is judged. */
export function taskOf(facts: Facts, row: TaskPeriodRow): Versioned<Task> {
  const { ruleId } = row.settlement;
  const task = facts.program.tasks.find(
    (one) => one.ruleId === ruleId && one.version === row.version,
  );
  assert(task !== undefined, 'the version of a stored period is published');
  return task;
}

/**
 * Pays a completion for a fact of an instant: caps for all points cut it (S37), nothing multiplies
 * it. A completion that came again after it was taken back has a purpose of its own (S24).
 */
export function payTask(
  facts: Facts,
  member: MemberState,
  row: TaskPeriodRow,
  at: Date,
  quiet: boolean,
): Settled {
  const task = taskOf(facts, row);
  const { settlement, progress, target } = row;
  const { periodStart } = settlement;
  const { title, points, activation, expiry } = task.definition;
  const time = factTime(facts.program, at);
  const payments = settlement.payments + 1;
  const part: Part = {
    what: 'RULE',
    ...sourceOf(settlement),
    purpose: `TASK:${payments}`,
    rule: task,
    caps: [],
    budget: null,
    base: exactly(points),
    rounding: 'DOWN',
    paid: 0,
    time,
    life: {
      activatesAt: activatesAt(activation, time, facts.now),
      expiresAt: expiresAt(expiry, time),
    },
    explanation: {
      ...{ title, task: task.key, progress, target },
      ...(periodStart !== ONCE && { period: periodStart }),
    },
  };
  const paid = withTiers(facts, member, () => payParts(facts, member, [part], []));
  const entrySeq = paid.entries[0]?.seq ?? null;
  note(facts, row, { paid: true, payments, entrySeq });
  const about = { task: task.key, periodStart, ...(quiet && { quiet }) };
  const position = facts.emit(member, 'task.paid', at, { ...about, ...toldOf(paid) });
  return { position, ...paid };
}

/** Takes back what a completion paid, by the points policy (S33, S50). */
export function takeBackTask(
  facts: Facts,
  member: MemberState,
  row: TaskPeriodRow,
  quiet: boolean,
): Settled {
  const task = taskOf(facts, row);
  const { periodStart, entrySeq } = row.settlement;
  const evaluated = holdDueTiers(facts, member);
  const entries =
    entrySeq === null
      ? []
      : reverseEach(
          facts,
          member,
          facts.origins(member),
          ({ lot }) => lot.amount - lot.reversed, // An operator may have reversed the line before.
        );
  note(facts, row, { paid: false, entrySeq: null });
  const told = reviewed(facts, member, { entries, evaluated });
  const about = { task: task.key, periodStart, ...(quiet && { quiet }) };
  const position = facts.emit(member, 'task.takenBack', facts.now, { ...about, ...told });
  return { position, withheld: [], ...told };
}

/** What a task's entries are about: one payment for each task, member and period (S24). */
const sourceOf = ({ ruleId, memberId, periodStart }: SettlementRow) => ({
  sourceType: 'TASK' as const,
  sourceId: `${ruleId}:${memberId}:${periodStart}`,
});

function note(facts: Facts, row: TaskPeriodRow, patch: Partial<SettlementRow>): void {
  const { settlement } = row;
  const { changes, now } = facts;
  if (row.isNew) {
    row.isNew = false;
    changes.insert('settlements', settlement, () => {
      row.isNew = true;
    });
  }
  changes.update('settlements', settlement, { settledAt: now, ...patch });
}
