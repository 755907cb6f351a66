/** Badges of members as the API reads them. */
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';

export { type CountAsked, countFacts } from './reached.sql.ts';

/** How often members' badges have changed. */
export async function loadBadgeRevisions(
  pool: Pool,
  memberIds: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await named<{ memberId: number; revision: number }>(
    pool,
    'badges.loadRevisions',
    `select member_id as "memberId", revision from badge_revision where member_id = any($1)`,
    [memberIds],
  );
  return new Map(rows.map(({ memberId, revision }) => [memberId, revision]));
}

/** A badge that a member was awarded. */
export type StoredAward = {
  readonly memberId: number;
  readonly ruleId: number;
  readonly version: number;
  readonly awardedAt: Date;
  readonly revokedAt: Date | null;
  readonly reason: string | null;
};

/** All awards of members, oldest first. */
export const loadAwards = (pool: Pool, memberIds: readonly number[]) =>
  named<StoredAward>(
    pool,
    'badges.loadAwards',
    `select member_id as "memberId", rule_id as "ruleId", version, awarded_at as "awardedAt",
            revoked_at as "revokedAt", reason
     from badge_award where member_id = any($1) order by awarded_at, rule_id`,
    [memberIds],
  );
