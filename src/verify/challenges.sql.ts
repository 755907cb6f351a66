import type { ParticipantRow } from '../engine/challenge-rows.ts';
import type { TeamScored } from '../leaderboards/team-score.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import { keysetReader } from './verify.sql.ts';

/** A member's part in a challenge. */
export type VerifiedPart = Pick<
  ParticipantRow,
  | 'challengeId'
  | 'memberId'
  | 'state'
  | 'countsFrom'
  | 'countsUntil'
  | 'joins'
  | 'fee'
  | 'feeSeq'
  | 'attempts'
>;

export const readParts = keysetReader<VerifiedPart>({
  name: 'readParts',
  select: `challenge_id as "challengeId", state, counts_from as "countsFrom",
    counts_until as "countsUntil", joins, fee, fee_seq as "feeSeq", attempts`,
  from: 'challenge_participant',
  key: [['challenge_id', 'bigint', 0]],
  keyOf: ({ challengeId }) => [challengeId],
});

export type VerifiedAttempt = {
  readonly memberId: number;
  readonly challengeId: number;
  readonly number: number;
  readonly score: number;
  readonly occurredAt: Date;
};

export const readAttempts = keysetReader<VerifiedAttempt>({
  name: 'readAttempts',
  select: 'challenge_id as "challengeId", number, score, occurred_at as "occurredAt"',
  from: 'challenge_attempt',
  key: [
    ['challenge_id', 'bigint', 0],
    ['number', 'int', 0],
  ],
  keyOf: ({ challengeId, number }) => [challengeId, number],
});

type Counter = {
  readonly id: number;
  readonly what: 'participants' | 'teams' | 'size';
  readonly expected: number;
  readonly found: number;
};

/** A counter of a challenge, or the size of a team, that is not what the rows give. */
export const findMiscounts = (pool: Pool, programId: number) =>
  named<Counter>(
    pool,
    'verify.findMiscounts',
    `select * from (
       select c.id, 'participants' as what, k.n as expected, c.participants as found
       from challenge c cross join lateral (select count(*) as n from challenge_participant p
         where p.challenge_id = c.id and p.state = 'JOINED') k where c.program_id = $1
       union all
       select c.id, 'teams', k.n, c.teams from challenge c cross join lateral (
         select count(*) as n from team t
         where t.challenge_id = c.id and t.disbanded_at is null) k where c.program_id = $1
       union all
       select t.id, 'size', k.n, t.size from team t cross join lateral (
         select count(*) as n from challenge_participant p
         where p.team_id = t.id and p.state = 'JOINED') k where t.program_id = $1) x
     where expected <> found order by id limit 1`,
    [programId],
  );

/** A team's stored score beside the scores of which it is made. */
export type VerifiedTeam = TeamScored & {
  readonly teamId: number;
  readonly scores: readonly number[];
  readonly found: number | null;
};

const TEAMS_PER_READ = 200;

/** The next teams of a program whose season is not frozen, by id; of cancelled challenges none. */
export const loadTeamScores = (pool: Pool, programId: number, afterId: number) =>
  named<VerifiedTeam>(
    pool,
    'verify.loadTeamScores',
    `select t.id as "teamId", c.team_scoring as scoring, c.team_top as top,
            c.team_member_cap as "memberCap",
            (select count(*) from challenge_participant p where p.team_id = t.id
              and p.counts_from = c.starts_at
              and (p.counts_until is null or p.counts_until > c.starts_at)) as roster,
            (select coalesce(json_agg(o.score), '[]') from challenge_participant p
             join standing o on o.season_id = s.id and o.member_id = p.member_id
             where p.team_id = t.id and p.state <> 'DISQUALIFIED') as scores,
            (select o.score from team_standing o
             where o.season_id = s.id and o.team_id = t.id) as found
     from team t join challenge c on c.id = t.challenge_id
     join season s on s.leaderboard_id = c.leaderboard_id
     where t.program_id = $1 and t.id > $2 and c.cancelled_at is null and s.frozen_at is null
     order by t.id limit ${TEAMS_PER_READ}`,
    [programId, afterId],
  );

/** Somebody, or a team, who is noted to have reached a target and has not, or the other way round. */
export const findReachedDifference = (pool: Pool, programId: number) =>
  named<{ challengeId: number; participantId: number; score: number; noted: boolean }>(
    pool,
    'verify.findReachedDifference',
    `with aim as (
       select c.id, c.kind, c.target, s.id as season_id from challenge c
       join season s on s.leaderboard_id = c.leaderboard_id and s.frozen_at is null
       where c.program_id = $1 and c.target is not null and c.cancelled_at is null),
     scores as (
       select a.*, o.member_id as participant_id, o.score from aim a
       join standing o using (season_id) where a.kind = 'INDIVIDUAL'
       union all
       select a.*, o.team_id, o.score from aim a
       join team_standing o using (season_id) where a.kind = 'TEAM')
     select id as "challengeId", participant_id as "participantId", x.score,
            r.season_id is not null as noted
     from scores x left join target_reached r using (season_id, participant_id)
     where (x.score >= x.target) <> (r.season_id is not null) limit 1`,
    [programId],
  );
