/** Who takes part in challenges, and their teams, as the API shows them. */
import type { ParticipantState } from '../generated/prisma/enums.ts';
import type { PageRange } from '../graphql/paging.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import { groupBy } from '../platform/lists.ts';

export type ParticipantShape = {
  readonly challengeId: number;
  readonly memberId: number;
  readonly teamId: number | null;
  readonly state: ParticipantState;
  readonly joinedAt: Date;
  readonly countsFrom: Date;
  readonly countsUntil: Date | null;
  readonly fee: number;
  readonly attempts: number;
  readonly reason: string | null;
};

const participantColumns = `p.challenge_id as "challengeId", p.member_id as "memberId",
  p.team_id as "teamId", p.state, p.joined_at as "joinedAt", p.counts_from as "countsFrom",
  p.counts_until as "countsUntil", p.fee, p.attempts, p.reason`;

/** A member's part in a challenge. */
export async function findParticipant(pool: Pool, challengeId: number, memberId: number) {
  const rows = await named<ParticipantShape>(
    pool,
    'challenges.findParticipant',
    `select ${participantColumns} from challenge_participant p
     where p.challenge_id = $1 and p.member_id = $2`,
    [challengeId, memberId],
  );
  return rows[0];
}

/** SQL of a page over a number: `$2` is where it goes on, `$3` where it ends (both exclusive). */
const pageBy = (column: string, { inverted, limit }: Range) =>
  `and ($2::bigint is null or ${column} > $2) and ($3::bigint is null or ${column} < $3)
   order by ${column} ${inverted ? 'desc' : 'asc'} limit ${Math.trunc(limit)}`;

type Range = PageRange<number>;
const bounds = ({ before, after }: Range) => [after ?? null, before ?? null];
const nameOf = (name: string, { inverted, limit }: Range) => `${name}:${inverted}:${limit}`;

/** Who takes part in a challenge now, by member id. */
export const listParticipants = (pool: Pool, challengeId: number, range: Range) =>
  named<ParticipantShape>(
    pool,
    nameOf('challenges.listParticipants', range),
    `select ${participantColumns} from challenge_participant p
     where p.challenge_id = $1 and p.state = 'JOINED' ${pageBy('p.member_id', range)}`,
    [challengeId, ...bounds(range)],
  );

/** Who is in a team now, by member id. */
export const listRoster = (pool: Pool, teamId: number, range: Range) =>
  named<ParticipantShape>(
    pool,
    nameOf('challenges.listRoster', range),
    `select ${participantColumns} from challenge_participant p
     where p.team_id = $1 and p.state = 'JOINED' ${pageBy('p.member_id', range)}`,
    [teamId, ...bounds(range)],
  );

/** A member's parts in challenges, the newest challenge first. */
export const listParts = (
  pool: Pool,
  memberId: number,
  { before, after, inverted, limit }: Range,
) =>
  named<ParticipantShape>(
    pool,
    `challenges.listParts:${inverted}:${limit}`,
    `select ${participantColumns} from challenge_participant p where p.member_id = $1
       and ($2::bigint is null or p.challenge_id < $2)
       and ($3::bigint is null or p.challenge_id > $3)
     order by p.challenge_id ${inverted ? 'asc' : 'desc'} limit ${Math.trunc(limit)}`,
    [memberId, after ?? null, before ?? null],
  );

export type TeamShape = {
  readonly id: number;
  readonly programId: number;
  readonly challengeId: number;
  readonly name: string;
  readonly captainId: number;
  readonly inviteCode: string;
  readonly size: number;
  readonly startSize: number | null;
  readonly createdAt: Date;
  readonly disbandedAt: Date | null;
};

const teamColumns = `t.id, t.program_id as "programId", t.challenge_id as "challengeId", t.name,
  t.captain_id as "captainId", t.invite_code as "inviteCode", t.size, t.start_size as "startSize",
  t.created_at as "createdAt", t.disbanded_at as "disbandedAt"`;

/** Teams by id. */
export const loadTeams = (pool: Pool, ids: readonly number[]) =>
  named<TeamShape>(
    pool,
    'challenges.loadTeams',
    `select ${teamColumns} from team t where t.id = any($1)`,
    [ids],
  );

/** Of these members and teams, the places (from 1) of those who belong together now. */
export const teamsOfViewers = (
  pool: Pool,
  keys: readonly { teamId: number; programId: number; externalId: string }[],
) =>
  named<{ place: number }>(
    pool,
    'challenges.teamsOfViewers',
    `select k.place::int from unnest($1::bigint[], $2::int[], $3::text[])
            with ordinality as k (team_id, program_id, external_id, place)
     join member m using (program_id, external_id)
     join challenge_participant p on p.member_id = m.id and p.team_id = k.team_id
       and p.state = 'JOINED'`,
    [
      keys.map(({ teamId }) => teamId),
      keys.map(({ programId }) => programId),
      keys.map(({ externalId }) => externalId),
    ],
  );

/** The teams of a challenge, in the order they were made. */
export const listTeams = (pool: Pool, challengeId: number, range: Range) =>
  named<TeamShape>(
    pool,
    nameOf('challenges.listTeams', range),
    `select ${teamColumns} from team t
     where t.challenge_id = $1 and t.disbanded_at is null ${pageBy('t.id', range)}`,
    [challengeId, ...bounds(range)],
  );

/** Where a team stands in the order of a season. */
export type TeamPlace = {
  readonly score: number;
  readonly reachedAt: Date;
  readonly teamId: number;
};
export type TeamStanding = TeamPlace & { readonly rank: number };

type RankedRow = { version: number; ranked: number } & (TeamStanding | { teamId: null });

const numberings = { COMPETITION: 'rank()', DENSE: 'dense_rank()', UNIQUE: 'row_number()' };

/**
 * Teams of a season in their order: highest score first, then who reached it first, then by when
 * they were made. Those without members are left out. With the season's version, as of one moment.
 */
export async function rankTeams(
  pool: Pool,
  season: { readonly id: number; readonly rankMode: keyof typeof numberings },
  wanted: { readonly first: number; readonly after?: TeamPlace; readonly teamIds?: number[] },
): Promise<{ version: number; ranked: number; standings: TeamStanding[] }> {
  const order = 'score desc, reached_at, team_id';
  const by = season.rankMode === 'UNIQUE' ? order : 'score desc';
  const { first, after, teamIds } = wanted;
  const rows = await named<RankedRow>(
    pool,
    `challenges.rankTeams:${season.rankMode}`,
    `with ranked as (
       select o.*, ${numberings[season.rankMode]} over (order by ${by}) as rank
       from team_standing o join team t on t.id = o.team_id and t.disbanded_at is null
       where o.season_id = $1),
     page as (
       select * from ranked where ($2::bigint is null or score < $2
           or (score = $2 and (reached_at, team_id) > ($3::timestamptz, $4::bigint)))
         and ($5::bigint[] is null or team_id = any($5))
       order by ${order} limit $6::int)
     select s.version, (select count(*) from ranked) as ranked, p.rank, p.score,
            p.reached_at as "reachedAt", p.team_id as "teamId"
     from season s left join page p on true where s.id = $1
     order by p.score desc, p.reached_at, p.team_id`,
    [
      season.id,
      ...[after?.score ?? null, after?.reachedAt.toISOString() ?? null, after?.teamId ?? null],
      ...[teamIds ?? null, first],
    ],
  );
  const { version = 0, ranked = 0 } = rows[0] ?? {};
  const standings = rows.flatMap((row) => ('rank' in row && row.teamId !== null ? [row] : []));
  return { version, ranked, standings };
}

/** A team whose place is asked for. */
export type PlaceAsked = {
  readonly teamId: number;
  readonly season: Parameters<typeof rankTeams>[1];
};

/** The places of teams, where they have any: the teams of a season are ranked once for all. */
export async function placesOfTeams(pool: Pool, asked: readonly PlaceAsked[]) {
  const seasons = groupBy(asked, ({ season }) => season.id);
  const found = await Promise.all(
    [...seasons.values()].map(async ([first, ...others]) => {
      if (first === undefined) return [];
      const teamIds = [first, ...others].map(({ teamId }) => teamId);
      return (await rankTeams(pool, first.season, { first: teamIds.length, teamIds })).standings;
    }),
  );
  const places = new Map(found.flat().map((place) => [place.teamId, place]));
  return asked.map(({ teamId }) => places.get(teamId) ?? null);
}

export type ReachedShape = {
  readonly place: number;
  readonly participantId: number;
  readonly reachedAt: Date;
};

/**
 * Who has reached the target and still takes part, in the order in which they did: by the instant,
 * then by which was told first.
 */
export const listReached = (pool: Pool, seasonId: number, first: number) =>
  named<ReachedShape>(
    pool,
    'challenges.listReached',
    `select row_number() over (order by r.reached_at, r.position, r.participant_id)::int as place,
            r.participant_id as "participantId", r.reached_at as "reachedAt"
     from target_reached r join season s on s.id = r.season_id
     join challenge c on c.leaderboard_id = s.leaderboard_id
     where r.season_id = $1 and case c.kind when 'TEAM' then exists (
         select from team t where t.id = r.participant_id and t.disbanded_at is null)
       else exists (select from challenge_participant p where p.challenge_id = c.id
         and p.member_id = r.participant_id and p.state = 'JOINED') end
     order by 1 limit $2::int`,
    [seasonId, first],
  );
