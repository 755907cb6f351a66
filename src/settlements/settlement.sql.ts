/** How far settlements have come, and the statements by which they go on. */
import type { Pool, PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { SettlementRow } from './terms.ts';

export const settlementColumns = `s.id, s.program_id as "programId", s.season_id as "seasonId",
  s.challenge_id as "challengeId", s.state, s.terms, s.started_at as "startedAt",
  s.published_at as "publishedAt", s.ranked, s.planned, s.paid`;

/** Settlements that are looked at together. */
export const OPEN_MAX = 100;

/** Settlements that are not published, oldest first. */
export const findOpen = (pool: Pool, afterId: number) =>
  named<Pick<SettlementRow, 'id' | 'programId' | 'state'>>(
    pool,
    'settlements.findOpen',
    `select id, program_id as "programId", state from settlement
     where state <> 'PUBLISHED' and id > $1 order by id limit ${OPEN_MAX}`,
    [afterId],
  );

/** Locks one for its next step; nothing when another node is at it, or it has come further. */
export async function lockSettlement(
  client: PoolClient,
  id: number,
  state: SettlementRow['state'],
): Promise<SettlementRow | undefined> {
  const [row] = await named<SettlementRow>(
    client,
    'settlements.lock',
    `select ${settlementColumns} from settlement s where s.id = $1 and s.state = $2::settlement_state
     for update skip locked`,
    [id, state],
  );
  return row;
}

/** Notes how many are ranked, and whether everybody who wins is written down. */
export const noteRanked = (client: PoolClient, id: number, ranked: number, isDone: boolean) =>
  named(
    client,
    'settlements.noteRanked',
    `update settlement set ranked = $2, state = $3::settlement_state where id = $1`,
    [id, ranked, isDone ? 'RANKED' : 'FROZEN'],
  );

/** Every payout is written down. */
export const markPlanned = (client: PoolClient, id: number) =>
  named(
    client,
    'settlements.markPlanned',
    `update settlement set state = 'PLANNED', planned = coalesce(
       (select sum(points) from payout where settlement_id = $1), 0) where id = $1`,
    [id],
  );

/** Notes that nothing is left to be paid, if that is so. */
export const markPaid = (pool: Pool, id: number) =>
  named<{ id: number }>(
    pool,
    'settlements.markPaid',
    `update settlement set state = 'PAID', paid = coalesce(
       (select sum(points) from payout where settlement_id = $1 and state = 'PAID'), 0)
     where id = $1 and state = 'PLANNED'
       and not exists (select from payout where settlement_id = $1 and state = 'PLANNED')
     returning id`,
    [id],
  );

/** Publishes one; answers the season it is of, once, with the version that tells of it. */
export const markPublished = (pool: Pool, id: number, now: Date) =>
  named<{ seasonId: number; leaderboardId: number; version: number }>(
    pool,
    'settlements.markPublished',
    `with published as (
       update settlement set state = 'PUBLISHED', published_at = $2
       where id = $1 and state = 'PAID' returning season_id),
     told as (
       update season s set version = s.version + 1 from published p where s.id = p.season_id
       returning s.id, s.leaderboard_id, s.version),
     noted as (
       insert into season_change (season_id, version, member_ids)
       select id, version, '{}' from told)
     select id as "seasonId", leaderboard_id as "leaderboardId", version from told`,
    [id, now.toISOString()],
  );
