/** Challenges as the API shows them. */
import type {
  AttemptOperator,
  ChallengeGoal,
  ChallengeKind,
  LeaderboardMetric,
  RankMode,
  TeamPrizeSplit,
  TeamScoring,
  TooFewParticipants,
} from '../generated/prisma/enums.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { Audience } from '../rules/definition.ts';
import type { ChallengePhase, PhaseFacts } from './phases.ts';

export type ChallengeShape = PhaseFacts & {
  readonly id: number;
  readonly programId: number;
  readonly seasonId: number;
  readonly leaderboardId: number;
  readonly kind: ChallengeKind;
  readonly title: string;
  readonly description: string;
  readonly audience: Audience | null;
  readonly metric: LeaderboardMetric;
  readonly activityType: string | null;
  readonly rankMode: RankMode;
  readonly settleDelayMinutes: number;
  readonly goal: ChallengeGoal;
  readonly target: number | null;
  readonly capacity: number | null;
  readonly minimum: number;
  readonly tooFew: TooFewParticipants;
  readonly entryFee: number;
  readonly attemptsMax: number | null;
  readonly attemptOperator: AttemptOperator | null;
  readonly teamSizeMax: number | null;
  readonly teamScoring: TeamScoring | null;
  readonly teamTop: number | null;
  readonly teamMemberCap: number | null;
  readonly teamPrizeSplit: TeamPrizeSplit | null;
  readonly participants: number;
  readonly teams: number;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly cancelReason: string | null;
  readonly refundedAt: Date | null;
  readonly version: number;
};

/** When its result was published; without prizes there is none to wait for. */
const settledAt = `coalesce(t.published_at, case when b.prizes is null then s.frozen_at end)`;

const columns = `c.id, c.program_id as "programId", s.id as "seasonId",
  c.leaderboard_id as "leaderboardId", c.kind, c.title, c.description, c.audience, b.metric,
  b.activity_type as "activityType", b.rank_mode as "rankMode",
  b.settle_delay_minutes as "settleDelayMinutes", c.join_from as "joinFrom",
  c.join_until as "joinUntil", c.starts_at as "startsAt", c.ends_at as "endsAt", c.goal, c.target,
  c.capacity, c.minimum, c.too_few as "tooFew", c.entry_fee as "entryFee",
  c.attempts_max as "attemptsMax", c.attempt_operator as "attemptOperator",
  c.team_size_max as "teamSizeMax", c.team_scoring as "teamScoring", c.team_top as "teamTop",
  c.team_member_cap as "teamMemberCap", c.team_prize_split as "teamPrizeSplit", c.participants,
  c.teams, c.created_at as "createdAt", c.started_at as "startedAt",
  c.cancelled_at as "cancelledAt", c.cancel_reason as "cancelReason",
  c.refunded_at as "refundedAt", c.version, s.frozen_at as "frozenAt",
  ${settledAt} as "settledAt"`;

const rows = `challenge c join leaderboard b on b.id = c.leaderboard_id
  join season s on s.leaderboard_id = b.id left join settlement t on t.challenge_id = c.id`;

/** Challenges by id. */
export const loadChallenges = (pool: Pool, ids: readonly number[]) =>
  named<ChallengeShape>(
    pool,
    'challenges.loadChallenges',
    `select ${columns} from ${rows} where c.id = any($1)`,
    [ids],
  );

/** The phase, as `phaseOf` has it. */
const phase = `case when c.cancelled_at is not null then 'CANCELLED'
  when ${settledAt} is not null then 'SETTLED' when s.frozen_at is not null then 'FROZEN'
  when $2::timestamptz >= c.ends_at then 'CLOSING' when $2::timestamptz >= c.starts_at then 'ACTIVE'
  when $2::timestamptz < c.join_from then 'SCHEDULED'
  when $2::timestamptz < c.join_until then 'JOINING' else 'READY' end`;

/** When a challenge starts, and its id: its place in a list. */
export type ChallengePlace = readonly [startsAt: string, id: number];

/** A program's challenges in these phases (null: all), the last one to start first. */
export const listChallenges = (
  pool: Pool,
  programId: number,
  wanted: { readonly phases: readonly ChallengePhase[] | null; readonly now: Date },
  range: {
    readonly before: ChallengePlace | undefined;
    readonly after: ChallengePlace | undefined;
    readonly limit: number;
    readonly inverted: boolean;
  },
) => {
  const { before, after, limit, inverted } = range;
  const direction = inverted ? 'asc' : 'desc';
  return named<ChallengeShape>(
    pool,
    `challenges.listChallenges:${inverted}:${limit}`,
    `select ${columns} from ${rows} where c.program_id = $1
       and ($3::text[] is null or ${phase} = any($3))
       and ($4::timestamptz is null or (c.starts_at, c.id) < ($4, $5::bigint))
       and ($6::timestamptz is null or (c.starts_at, c.id) > ($6, $7::bigint))
     order by c.starts_at ${direction}, c.id ${direction} limit ${Math.trunc(limit)}`,
    [
      programId,
      wanted.now.toISOString(),
      wanted.phases,
      ...[after?.[0] ?? null, after?.[1] ?? null],
      ...[before?.[0] ?? null, before?.[1] ?? null],
    ],
  );
};
