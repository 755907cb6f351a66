/** The statements by which a batch knows challenges, who takes part in them, and their teams. */
import { named, type PoolClient } from '../platform/db.ts';
import type { AttemptRow, ChallengeRow, ParticipantRow, TeamRow } from './challenge-rows.ts';
import { lotColumns } from './history.sql.ts';
import type { LotRow } from './rows.ts';

/**
 * Locks the programs' own challenges, after the accounts and in id order: for themselves where
 * somebody joins or leaves, or together with others who only record attempts.
 */
export const lockChallenges = (
  client: PoolClient,
  programIds: number[],
  ids: number[],
  strength: 'update' | 'share',
) =>
  named<Omit<ChallengeRow, 'frozenAt'>>(
    client,
    `engine.lockChallenges:${strength}`,
    `select c.id, c.program_id as "programId", c.kind, b.metric, c.title, c.audience,
            c.join_from as "joinFrom", c.join_until as "joinUntil", c.starts_at as "startsAt",
            c.ends_at as "endsAt", c.capacity, c.entry_fee as "entryFee",
            c.attempts_max as "attemptsMax", c.team_size_max as "teamSizeMax",
            c.team_scoring as "teamScoring", c.cancelled_at as "cancelledAt", c.participants, c.teams
     from unnest($1::int[], $2::bigint[]) as k (program_id, id)
     join challenge c using (program_id, id) join leaderboard b on b.id = c.leaderboard_id
     order by c.id for ${strength} of c`,
    [programIds, ids],
  );

/**
 * Challenges that are final, asked for behind their locks: the statement that waits for a lock sees
 * other tables as they were before it waited.
 */
export const loadFrozen = (client: PoolClient, ids: number[]) =>
  named<{ id: number; frozenAt: Date }>(
    client,
    'engine.loadFrozen',
    `select c.id, s.frozen_at as "frozenAt" from challenge c
     join season s on s.leaderboard_id = c.leaderboard_id and s.frozen_at is not null
     where c.id = any($1)`,
    [ids],
  );

const participantColumns = `p.challenge_id as "challengeId", p.member_id as "memberId",
  p.program_id as "programId", p.team_id as "teamId", p.state, p.joined_at as "joinedAt",
  p.counts_from as "countsFrom", p.counts_until as "countsUntil", p.joins, p.fee,
  p.fee_seq as "feeSeq", p.attempts, p.reason, p.updated_at as "updatedAt"`;

const KEYS = 'unnest($1::bigint[], $2::bigint[]) as k (challenge_id, member_id)';

/** Participants by challenge and member, and all who are in a team with one. */
export const loadParticipants = (client: PoolClient, challengeIds: number[], memberIds: number[]) =>
  named<ParticipantRow>(
    client,
    'engine.loadParticipants',
    `select ${participantColumns} from ${KEYS}
     join challenge_participant p using (challenge_id, member_id)
     union
     select ${participantColumns} from ${KEYS}
     join challenge_participant me using (challenge_id, member_id)
     join challenge_participant p on p.team_id = me.team_id and p.state = 'JOINED'`,
    [challengeIds, memberIds],
  );

/** Teams of these participants, and those of their challenges by name and by invite code. */
export const loadTeams = (
  client: PoolClient,
  challengeIds: number[],
  memberIds: number[],
  names: (string | null)[],
  inviteCodes: (string | null)[],
) =>
  named<TeamRow>(
    client,
    'engine.loadTeams',
    `select t.id, t.challenge_id as "challengeId", t.program_id as "programId", t.name,
            t.captain_id as "captainId", t.invite_code as "inviteCode", t.size,
            t.created_at as "createdAt", t.disbanded_at as "disbandedAt"
     from team t where t.id in (
       select p.team_id from ${KEYS} join challenge_participant p using (challenge_id, member_id)
       union
       select o.id from unnest($1::bigint[], $3::text[]) as k (challenge_id, name)
       join team o using (challenge_id, name)
       union
       select o.id from unnest($1::bigint[], $4::text[]) as k (challenge_id, invite_code)
       join team o using (challenge_id, invite_code))`,
    [challengeIds, memberIds, names, inviteCodes],
  );

/** Points that the entry fee of a participant took from a lot. */
export type FeeRow = LotRow & { readonly challengeId: number; readonly taken: number };

/** From which lots entry fees were paid, in the order these were taken (S28). */
export const loadFees = (client: PoolClient, challengeIds: number[], memberIds: number[]) =>
  named<FeeRow>(
    client,
    'engine.loadFees',
    `select k.challenge_id as "challengeId", a.amount as taken, ${lotColumns}
     from (select distinct * from ${KEYS}) k
     join challenge_participant p using (challenge_id, member_id)
     join allocation a on a.member_id = p.member_id and a.debit_seq = p.fee_seq
     join lot l on l.member_id = a.member_id and l.seq = a.lot_seq
     order by k.challenge_id, l.member_id, l.expires_at nulls last, l.activates_at, l.seq`,
    [challengeIds, memberIds],
  );

/** Attempts of participants by the callers' own names for them. */
export const loadAttempts = (
  client: PoolClient,
  challengeIds: number[],
  memberIds: number[],
  references: string[],
) =>
  named<AttemptRow>(
    client,
    'engine.loadAttempts',
    `select a.challenge_id as "challengeId", a.member_id as "memberId", a.number, a.score,
            a.reference, a.occurred_at as "occurredAt", a.recorded_at as "recordedAt"
     from unnest($1::bigint[], $2::bigint[], $3::text[]) as k (challenge_id, member_id, reference)
     join challenge_attempt a using (challenge_id, member_id, reference)`,
    [challengeIds, memberIds, references],
  );
