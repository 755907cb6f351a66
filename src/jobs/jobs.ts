import { expireMemberHolds } from '../holds/end-hold.ts';
import { expirePoints } from '../points/expire-points.ts';
import { noticeExpiry } from '../points/notice-expiry.ts';
import { expireRedemption } from '../redemptions/cancel-redemption.ts';
import { runBackfills } from '../tasks/backfill.ts';
import { evaluateMemberTier } from '../tiers/evaluate-tier.ts';
import {
  findExpiredHolds,
  findExpiredLots,
  findExpiredReservations,
  findExpiringLots,
  findTiersDue,
} from './due.sql.ts';
import { type Job, type JobTools, runForDue } from './due.ts';

/** Everything that time brings, and when it is looked for. */
export function createJobs(tools: JobTools): readonly Job[] {
  const { pool, tasks } = tools;
  return [
    {
      name: 'expirePoints',
      cron: '* * * * *',
      run: () =>
        runForDue(
          tools,
          'expiry',
          expirePoints,
          (now) => findExpiredLots(pool, now),
          (member) => ({ member }),
        ),
    },
    {
      name: 'expireHolds',
      cron: '* * * * *',
      run: () =>
        runForDue(
          tools,
          'holds',
          expireMemberHolds,
          (now) => findExpiredHolds(pool, now),
          (member) => ({ member }),
        ),
    },
    {
      name: 'expireRedemptions',
      cron: '* * * * *',
      run: () =>
        runForDue(
          tools,
          'redemptions',
          expireRedemption,
          (now) => findExpiredReservations(pool, now),
          (member, { redemptionId, rewardId }) => ({ member, redemptionId, rewardId }),
        ),
    },
    {
      name: 'evaluateTiers',
      cron: '* * * * *',
      run: () =>
        runForDue(
          tools,
          'tiers',
          evaluateMemberTier,
          (now) => findTiersDue(pool, now),
          (member) => ({ member }),
        ),
    },
    { name: 'backfillTasks', cron: '* * * * *', run: () => runBackfills({ ...tools, ...tasks }) },
    { name: 'settleTasks', cron: '* * * * *', run: () => tasks.settler.drain() },
    {
      name: 'noticeExpiry',
      cron: '*/10 * * * *',
      run: () =>
        runForDue(
          tools,
          'notices',
          noticeExpiry,
          (now) => findExpiringLots(pool, now),
          (member) => ({ member }),
        ),
    },
  ];
}
