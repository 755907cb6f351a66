import type { Keyed, MemberRef, Operation } from '../engine/operation.ts';
import { expireMemberHolds } from '../holds/end-hold.ts';
import type { Pool } from '../platform/db.ts';
import { expirePoints } from '../points/expire-points.ts';
import { noticeExpiry } from '../points/notice-expiry.ts';
import { settleMemberDebts } from '../points/settle-debts.ts';
import { evaluateMemberTier } from '../tiers/evaluate-tier.ts';
import {
  findDebtsDue,
  findExpiredHolds,
  findExpiredLots,
  findExpiringLots,
  findTiersDue,
} from './due.sql.ts';
import { type DueMember, type Job, type JobTools, runForDue } from './due.ts';

const eachMinute = '* * * * *';

/** Everything that time brings, and when it is looked for. */
export function createJobs(tools: JobTools): readonly Job[] {
  const job = <Input extends Keyed & { readonly member: MemberRef }, Outcome>(
    name: string,
    actor: string,
    cron: string,
    operation: Operation<Input, Outcome>,
    find: (pool: Pool, now: Date) => Promise<DueMember[]>,
  ): Job => ({
    name,
    cron,
    run: () =>
      runForDue(
        tools,
        actor,
        operation,
        (now) => find(tools.pool, now),
        (member) => ({ member }) as Input,
      ),
  });
  return [
    job('expirePoints', 'expiry', eachMinute, expirePoints, findExpiredLots),
    job('settleDebts', 'debts', eachMinute, settleMemberDebts, findDebtsDue),
    job('expireHolds', 'holds', eachMinute, expireMemberHolds, findExpiredHolds),
    job('evaluateTiers', 'tiers', eachMinute, evaluateMemberTier, findTiersDue),
    job('noticeExpiry', 'notices', '*/10 * * * *', noticeExpiry, findExpiringLots),
  ];
}
