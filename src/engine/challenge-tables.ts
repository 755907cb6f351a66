/** The tables of challenges that a batch writes: their columns, and how rows fill them. */
import type { AttemptRow, ChallengeRow, ParticipantRow, TeamRow } from './challenge-rows.ts';
import { instant } from './tables.ts';
import { type Columns, inserter, updater } from './writer.ts';

const teamNow: Columns<TeamRow> = {
  captain_id: ['bigint', (row) => row.captainId],
  invite_code: ['text', (row) => row.inviteCode],
  size: ['int', (row) => row.size],
  disbanded_at: ['timestamptz', (row) => instant(row.disbandedAt)],
};

const participation: Columns<ParticipantRow> = {
  challenge_id: ['bigint', (row) => row.challengeId],
  member_id: ['bigint', (row) => row.memberId],
};
const participantNow: Columns<ParticipantRow> = {
  team_id: ['bigint', (row) => row.teamId],
  state: ['participant_state', (row) => row.state],
  joined_at: ['timestamptz', (row) => instant(row.joinedAt)],
  counts_from: ['timestamptz', (row) => instant(row.countsFrom)],
  counts_until: ['timestamptz', (row) => instant(row.countsUntil)],
  joins: ['int', (row) => row.joins],
  fee: ['bigint', (row) => row.fee],
  fee_seq: ['bigint', (row) => row.feeSeq],
  attempts: ['int', (row) => row.attempts],
  reason: ['text', (row) => row.reason],
  updated_at: ['timestamptz', (row) => instant(row.updatedAt)],
};

export const insertChallenges = {
  teams: inserter<TeamRow>('team', {
    id: ['bigint', (row) => row.id],
    challenge_id: ['bigint', (row) => row.challengeId],
    program_id: ['int', (row) => row.programId],
    name: ['text', (row) => row.name],
    ...teamNow,
    created_at: ['timestamptz', (row) => instant(row.createdAt)],
  }),
  participants: inserter<ParticipantRow>('challenge_participant', {
    ...participation,
    program_id: ['int', (row) => row.programId],
    ...participantNow,
  }),
  attempts: inserter<AttemptRow>('challenge_attempt', {
    challenge_id: ['bigint', (row) => row.challengeId],
    member_id: ['bigint', (row) => row.memberId],
    number: ['int', (row) => row.number],
    score: ['bigint', (row) => row.score],
    reference: ['text', (row) => row.reference],
    occurred_at: ['timestamptz', (row) => instant(row.occurredAt)],
    recorded_at: ['timestamptz', (row) => instant(row.recordedAt)],
  }),
};

export const updateChallenges = {
  challenges: updater<ChallengeRow>(
    'challenge',
    { id: ['bigint', (row) => row.id] },
    {
      participants: ['int', (row) => row.participants],
      teams: ['int', (row) => row.teams],
    },
  ),
  teams: updater<TeamRow>('team', { id: ['bigint', (row) => row.id] }, teamNow),
  participants: updater<ParticipantRow>('challenge_participant', participation, participantNow),
};
