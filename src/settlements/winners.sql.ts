/** Who won what, and what of that is paid to whom. */
import type { Pool, PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { Winner } from './awards.ts';
import type { Part, TeamMember } from './team-split.ts';

export const insertWinners = (client: PoolClient, id: number, winners: readonly Winner[]) =>
  named(
    client,
    'settlements.insertWinners',
    `insert into settlement_winner
       (settlement_id, place, rank, participant_id, score, reached_at, points)
     select $1, * from unnest($2::int[], $3::bigint[], $4::bigint[], $5::bigint[],
       $6::timestamptz[], $7::bigint[])`,
    [
      id,
      winners.map(({ place }) => place),
      winners.map(({ rank }) => rank),
      winners.map(({ participantId }) => participantId),
      winners.map(({ score }) => score),
      winners.map(({ reachedAt }) => reachedAt.toISOString()),
      winners.map(({ points }) => points),
    ],
  );

/** The last winner written down, with what those before its equals won, and all. */
export async function lastWinner(client: PoolClient, id: number, equalByScore: boolean) {
  const [row] = await named<Winner & { from: number; spentBefore: number; spent: number }>(
    client,
    `settlements.lastWinner:${equalByScore}`,
    `with last as (select * from settlement_winner w where settlement_id = $1
       order by place desc limit 1),
     first as (select ${equalByScore ? 'min(w.place)' : '1'} as place from last
       ${equalByScore ? 'join settlement_winner w on w.settlement_id = $1 and w.score = last.score' : ''})
     select last.place, last.rank, last.participant_id as "participantId", last.score,
            last.reached_at as "reachedAt", last.points, first.place as "from",
            (select coalesce(sum(points), 0)::bigint from settlement_winner
             where settlement_id = $1 and place < first.place) as "spentBefore",
            (select sum(points)::bigint from settlement_winner where settlement_id = $1) as spent
     from last, first`,
    [id],
  );
  return row;
}

/** How far payouts are planned: the last place that has any, and the last one that won. */
export async function findPlanned(client: PoolClient, id: number) {
  const [row] = await named<{ planned: number; won: number }>(
    client,
    'settlements.findPlanned',
    `select coalesce((select max(place) from payout where settlement_id = $1), 0) as planned,
            coalesce((select max(place) from settlement_winner where settlement_id = $1), 0) as won`,
    [id],
  );
  return row ?? { planned: 0, won: 0 };
}

/** Plans what members won for themselves, of the places behind one. */
export const planWinners = (client: PoolClient, id: number, after: number, until: number) =>
  named(
    client,
    'settlements.planWinners',
    `insert into payout (settlement_id, member_id, place, points)
     select settlement_id, participant_id, place, points from settlement_winner
     where settlement_id = $1 and place > $2 and place <= $3 order by place`,
    [id, after, until],
  );

/** The teams of places, with who was a member of them at the end, in the order of joining. */
export const readWinningTeams = (client: PoolClient, id: number, after: number, until: number) =>
  named<Pick<Winner, 'place' | 'points'> & TeamMember>(
    client,
    'settlements.readWinningTeams',
    `select w.place, w.points, p.member_id as "memberId", p.member_id = t.captain_id as "isCaptain",
            coalesce(st.score, 0) as score
     from settlement_winner w join settlement s on s.id = w.settlement_id
     join team t on t.id = w.participant_id
     join challenge_participant p on p.challenge_id = s.challenge_id and p.team_id = t.id
       and (p.state = 'JOINED' or (p.state = 'LEFT' and p.updated_at > s.started_at))
     left join standing st on st.season_id = s.season_id and st.member_id = p.member_id
     where w.settlement_id = $1 and w.place > $2 and w.place <= $3
     order by w.place, p.joined_at, p.member_id`,
    [id, after, until],
  );

export const planParts = (
  client: PoolClient,
  id: number,
  parts: readonly (Part & { readonly place: number })[],
) =>
  named(
    client,
    'settlements.planParts',
    `insert into payout (settlement_id, member_id, place, points)
     select $1, * from unnest($2::bigint[], $3::int[], $4::bigint[])
     on conflict do nothing`,
    [
      id,
      parts.map(({ memberId }) => memberId),
      parts.map(({ place }) => place),
      parts.map(({ points }) => points),
    ],
  );

/** Members who are to be paid, behind one. */
export const findUnpaid = (pool: Pool, id: number, afterMember: number, limit: number) =>
  named<{ memberId: number }>(
    pool,
    `settlements.findUnpaid:${limit}`,
    `select member_id as "memberId" from payout
     where settlement_id = $1 and state = 'PLANNED' and member_id > $2
     order by member_id limit ${Math.trunc(limit)}`,
    [id, afterMember],
  );
