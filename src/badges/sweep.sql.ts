/** What a job looks through for badges: members of the past, final seasons, settled challenges. */
import type { RankMode } from '../generated/prisma/enums.ts';
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';

const FINALS_PER_LOOK = 20;

/** Begins or goes on with a sweep, locked; undefined when it is done, or another node works at it. */
export async function lockSweep(
  client: PoolClient,
  ruleId: number,
  subject: string,
): Promise<{ readonly afterMember: number } | undefined> {
  await named(
    client,
    'badges.beginSweep',
    'insert into badge_sweep (rule_id, subject) values ($1, $2) on conflict do nothing',
    [ruleId, subject],
  );
  const rows = await named<{ afterMember: number }>(
    client,
    'badges.lockSweep',
    `select after_member as "afterMember" from badge_sweep
     where rule_id = $1 and subject = $2 and done_at is null for update skip locked`,
    [ruleId, subject],
  );
  return rows[0];
}

export const noteSweep = (
  client: PoolClient,
  ruleId: number,
  subject: string,
  afterMember: number,
  doneAt: Date | null,
) =>
  named(
    client,
    'badges.noteSweep',
    `update badge_sweep set after_member = $3, done_at = $4 where rule_id = $1 and subject = $2`,
    [ruleId, subject, afterMember, doneAt?.toISOString() ?? null],
  );

/** Those of these sweeps that are not done. */
export async function openSweeps(
  client: PoolClient,
  sweeps: readonly { readonly ruleId: number; readonly subject: string }[],
): Promise<ReadonlySet<string>> {
  const rows = await named<{ ruleId: number; subject: string }>(
    client,
    'badges.openSweeps',
    `select k.rule_id as "ruleId", k.subject from unnest($1::int[], $2::text[]) as k (rule_id, subject)
     left join badge_sweep w using (rule_id, subject) where w.done_at is null`,
    [sweeps.map(({ ruleId }) => ruleId), sweeps.map(({ subject }) => subject)],
  );
  return new Set(rows.map(({ ruleId, subject }) => `${ruleId}/${subject}`));
}

export const nextMembers = (client: PoolClient, programId: number, after: number, limit: number) =>
  named<{ memberId: number }>(
    client,
    'badges.nextMembers',
    `select member_id as "memberId" from account where program_id = $1 and member_id > $2
     order by member_id limit $3`,
    [programId, after, limit],
  );

/** What is over and final, of which a badge may be for a place. */
export type Final = { readonly id: number; readonly endsAt: Date; readonly rankMode: RankMode };

/** Finals of a version of a badge: over in [from, until), and not looked through for it yet. */
export type FinalsAsked = {
  readonly programId: number;
  readonly ruleId: number;
  readonly version: number;
  /** Key of the board (null: any). */
  readonly key: string | null;
  readonly from: string;
  readonly until: string;
};

const valuesOf = ({ programId, ruleId, version, key, from, until }: FinalsAsked) => [
  ...[programId, ruleId, `:${version}`, key, from, until],
];

const isOpen = (kind: string, id: string) => `not exists (select from badge_sweep w
  where w.rule_id = $2 and w.subject = '${kind}:' || ${id} || $3 and w.done_at is not null)`;

export const findFinalSeasons = (client: PoolClient, asked: FinalsAsked) =>
  named<Final>(
    client,
    'badges.findFinalSeasons',
    `select s.id, s.ends_at as "endsAt", s.definition->>'rankMode' as "rankMode"
     from leaderboard b join season s on s.leaderboard_id = b.id
     where b.program_id = $1 and b.key = $4 and s.frozen_at is not null
       and s.ends_at >= $5::timestamptz and s.ends_at < $6::timestamptz
       and ${isOpen('SEASON', 's.id')} order by s.ends_at, s.id limit ${FINALS_PER_LOOK}`,
    valuesOf(asked),
  );

export const findSettledChallenges = (client: PoolClient, asked: FinalsAsked) =>
  named<Final>(
    client,
    'badges.findSettledChallenges',
    `select c.id, c.ends_at as "endsAt", b.rank_mode as "rankMode" from challenge c
     join leaderboard b on b.id = c.leaderboard_id join season s on s.leaderboard_id = b.id
     left join settlement t on t.challenge_id = c.id
     where c.program_id = $1 and s.frozen_at is not null
       -- Without prizes there is no settlement to wait for.
       and case when t.id is null then b.prizes is null else t.state = 'PUBLISHED' end
       and ($4::text is null or b.key = $4)
       and c.ends_at >= $5::timestamptz and c.ends_at < $6::timestamptz
       and ${isOpen('CHALLENGE', 'c.id')} order by c.ends_at, c.id limit ${FINALS_PER_LOOK}`,
    valuesOf(asked),
  );

const ranks: Readonly<Record<RankMode, string>> = {
  COMPETITION: 'rank() over (order by score desc)',
  DENSE: 'dense_rank() over (order by score desc)',
  UNIQUE: 'row_number() over (order by score desc, reached_at, member_id)',
};

type Placed = { readonly memberId: number };

/** Who ended a season with a rank or a better one; opted out is not ranked. */
export const findTop = (client: PoolClient, { id, rankMode }: Final, top: number) =>
  named<Placed>(
    client,
    `badges.findTop:${rankMode}`,
    `select member_id as "memberId" from (select member_id, ${ranks[rankMode]} as rank
       from standing where season_id = $1 and not hidden) s where rank <= $2`,
    [id, top],
  );

/** Who took part in a challenge to its end: the next ones behind a member. */
export const findFinishers = (client: PoolClient, { id }: Final, after: number, limit: number) =>
  named<Placed>(
    client,
    'badges.findFinishers',
    `select member_id as "memberId" from challenge_participant
     where challenge_id = $1 and member_id > $2 and state = 'JOINED'
     order by member_id limit $3`,
    [id, after, limit],
  );

/** Who won something in a challenge with a rank or a better one, or whose team did. */
export const findWinners = (client: PoolClient, { id }: Final, top: number) =>
  named<Placed>(
    client,
    'badges.findWinners',
    `select p.member_id as "memberId" from settlement t
     join settlement_winner w on w.settlement_id = t.id and w.rank <= $2
     join challenge_participant p on p.challenge_id = t.challenge_id and p.state = 'JOINED'
       and coalesce(p.team_id, p.member_id) = w.participant_id
     where t.challenge_id = $1`,
    [id, top],
  );
