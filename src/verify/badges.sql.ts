/** What verify reads of badges, of some members at a time. */
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** An award that a fact earned: none by hand. */
export type EarnedAward = {
  readonly memberId: number;
  readonly ruleId: number;
  readonly version: number;
};

export const loadEarnedAwards = (client: PoolClient, memberIds: readonly number[]) =>
  named<EarnedAward>(
    client,
    'verify.loadEarnedAwards',
    `select member_id as "memberId", rule_id as "ruleId", version from badge_award
     where member_id = any($1) and source <> 'BY_HAND'`,
    [memberIds],
  );

/** What a member has to have come to, at one time or another. */
export type MetAsked = {
  readonly memberId: number;
  readonly kind: string;
  /** Rule id of the badge, or of the task it asks for. */
  readonly ruleId: number;
};

/**
 * The most that members ever came to, by place in the list: the highest sum of lifetime points,
 * periods of a task that were ever paid, activities that were ever counted.
 */
export const loadEverMet = (client: PoolClient, asked: readonly MetAsked[]) =>
  named<{ readonly place: number; readonly met: number }>(
    client,
    'verify.loadEverMet',
    `select k.place, coalesce(case k.kind
       when 'points' then (select max(total)::bigint from (
         select sum(case e.kind when 'EARN' then e.amount
           else -(e.explanation->>'reversed')::bigint end) over (order by e.seq) as total
         from ledger_entry e where e.member_id = k.member_id and e.kind in ('EARN', 'REVERSAL')) t)
       when 'task' then (select count(*) from task_settlement s
         where s.member_id = k.member_id and s.rule_id = k.rule_id and s.payments > 0)
       else (select count(*) from badge_fact f
         where f.member_id = k.member_id and f.rule_id = k.rule_id) end, 0) as met
     from unnest($1::bigint[], $2::text[], $3::int[]) with ordinality
       as k (member_id, kind, rule_id, place)`,
    [
      asked.map(({ memberId }) => memberId),
      asked.map(({ kind }) => kind),
      asked.map(({ ruleId }) => ruleId),
    ],
  );
