import { refundEntryFee } from '../challenges/leave-challenge.ts';
import { nextStart, startChallenges } from '../challenges/start-challenges.ts';
import type { Keyed, MemberRef, Operation } from '../engine/operation.ts';
import { expireMemberHolds } from '../holds/end-hold.ts';
import { runBoardBackfills } from '../leaderboards/backfill.ts';
import { freezeSeasons, nextFreeze } from '../leaderboards/freeze.ts';
import { runErasures } from '../members/run-erasures.ts';
import type { Pool } from '../platform/db.ts';
import { expirePoints } from '../points/expire-points.ts';
import { noticeExpiry } from '../points/notice-expiry.ts';
import { settleMemberDebts } from '../points/settle-debts.ts';
import { expireRedemption } from '../redemptions/cancel-redemption.ts';
import { runSettlements } from '../settlements/settle.ts';
import { runBackfills } from '../tasks/backfill.ts';
import { evaluateMemberTier } from '../tiers/evaluate-tier.ts';
import {
  closeRefunds,
  findDebtsDue,
  findExpiredHolds,
  findExpiredLots,
  findExpiredReservations,
  findExpiringLots,
  findFeesDue,
  findTiersDue,
} from './due.sql.ts';
import { type DueMember, type Job, type JobTools, runForDue } from './due.ts';

const eachMinute = '* * * * *';

/** Jobs that run an operation for each member for whom it is due, and something else after that. */
const memberJobs =
  (tools: JobTools) =>
  <Input extends Keyed & { readonly member: MemberRef }, Outcome>(
    name: string,
    actor: string,
    cron: string,
    operation: Operation<Input, Outcome>,
    find: (pool: Pool, now: Date) => Promise<(DueMember & Omit<Input, 'member'>)[]>,
    after?: (pool: Pool, now: Date) => Promise<unknown>,
  ): Job => ({
    name,
    cron,
    run: async () => {
      const members = await runForDue(
        tools,
        actor,
        operation,
        (now) => find(tools.pool, now),
        (member, { memberId: _id, programId: _program, ...rest }) =>
          ({ member, ...rest }) as unknown as Input,
      );
      await after?.(tools.pool, tools.clock.now());
      return members;
    },
  });

/** Everything that time brings, and when it is looked for. */
export function createJobs(tools: JobTools): readonly Job[] {
  const { tasks, badges } = tools;
  const job = memberJobs(tools);
  return [
    job('expirePoints', 'expiry', eachMinute, expirePoints, findExpiredLots),
    job('settleDebts', 'debts', eachMinute, settleMemberDebts, findDebtsDue),
    job('expireHolds', 'holds', eachMinute, expireMemberHolds, findExpiredHolds),
    job('expireRedemptions', 'redemptions', eachMinute, expireRedemption, findExpiredReservations),
    job('evaluateTiers', 'tiers', eachMinute, evaluateMemberTier, findTiersDue),
    job('noticeExpiry', 'notices', '*/10 * * * *', noticeExpiry, findExpiringLots),
    {
      ...{ name: 'backfillTasks', cron: eachMinute, takesTurns: true },
      run: () => runBackfills({ ...tools, ...tasks }),
    },
    {
      ...{ name: 'backfillBoards', cron: eachMinute, takesTurns: true },
      run: () => runBoardBackfills(tools),
    },
    {
      ...{ name: 'startChallenges', cron: eachMinute, atStart: true },
      wakes: ['freezeSeasons', 'refundEntryFees'], // It may have called them off.
      run: () => startChallenges(tools),
      dueAt: (now) => nextStart(tools.pool, now),
    },
    {
      ...job(
        'refundEntryFees',
        'challenges',
        eachMinute,
        refundEntryFee,
        findFeesDue,
        closeRefunds,
      ),
      atStart: true,
    },
    {
      ...{ name: 'freezeSeasons', cron: eachMinute, atStart: true, wakes: ['settleSeasons'] },
      run: () => freezeSeasons(tools),
      dueAt: (now) => nextFreeze(tools.pool, now),
    },
    {
      ...{ name: 'settleSeasons', cron: eachMinute, atStart: true, takesTurns: true },
      run: () => runSettlements(tools),
    },
    {
      ...{ name: 'awardBadges', cron: eachMinute, takesTurns: true },
      run: () => badges.sweep(),
    },
    { name: 'eraseMembers', cron: eachMinute, run: () => runErasures(tools) },
    { name: 'settleTasks', cron: eachMinute, run: () => tasks.settler.drain() },
  ];
}
