import type { Prisma } from '../generated/prisma/client.ts';
import type { LiveMessage } from '../live/messages.ts';

/**
 * Gives the season of a challenge's board its next version, for a change that no event tells of, and
 * in which nobody's standing changes (0 is nobody). The caller holds the boards, and publishes the answer after its commit.
 */
export async function publishNext(
  tx: Pick<Prisma.TransactionClient, '$queryRaw'>,
  leaderboardId: number,
): Promise<LiveMessage> {
  const rows = await tx.$queryRaw<{ id: bigint; version: bigint }[]>`
    with next as (
      update season set version = version + 1 where leaderboard_id = ${leaderboardId}
      returning id, version),
    noted as (
      insert into season_change (season_id, version, member_ids)
      select id, version, '{0}'::bigint[] from next)
    select id, version from next`;
  const boards = rows.map(({ id, version }) => ({
    leaderboardId,
    seasonId: Number(id),
    version: Number(version),
  }));
  return { boards, members: [] };
}
