/** The statements by which a batch locks and loads its rows. */
import { databaseClock } from '../platform/clock.ts';
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { ActivityRow, MemberState, ReceiptRow } from './rows.ts';

/** Columns of a member with their account, as `MemberState`. */
export const memberStateColumns = `
  m.id as "memberId", m.program_id as "programId", m.external_id as "externalId",
  m.display_name as "displayName", m.birthday, coalesce(m.tags, '{}') as tags,
  m.nickname, m.avatar_url as "avatarUrl", m.leaderboard_opt_out as "leaderboardOptOut",
  m.enrolled_at as "enrolledAt", a.version, a.balance, a.debt, a.held,
  a.lifetime_earned as "lifetimeEarned", a.entry_seq as "entrySeq", a.head_hash as "headHash",
  a.next_expiry_at as "nextExpiryAt", a.pending_until as "pendingUntil",
  a.streak_current as "streakCurrent", a.streak_longest as "streakLongest",
  a.streak_total_days as "streakTotalDays", a.last_check_in_date as "lastCheckInDate",
  a.streak_week_days as "streakWeekDays", a.streak_month_days as "streakMonthDays",
  a.counters, a.tier_key as "tierKey", a.tier_since as "tierSince",
  a.tier_evaluates_at as "tierEvaluatesAt", a.tier_version as "tierVersion",
  a.event_position as "eventPosition"`;

/**
 * Locks accounts in id order: one order everywhere, or two batches deadlock. An id counts only
 * together with its program: nobody may lock, or wait for, rows of another's.
 */
export const lockMembersById = (client: PoolClient, programIds: number[], ids: number[]) =>
  named<MemberState>(
    client,
    'engine.lockMembersById',
    `select ${memberStateColumns} from unnest($1::int[], $2::bigint[]) as k (program_id, id)
     join member m using (program_id, id) join account a on a.member_id = m.id
     order by m.id for update of a`,
    [programIds, ids],
  );

export const lockMembersByExternalId = (
  client: PoolClient,
  programIds: number[],
  externalIds: string[],
) =>
  named<MemberState>(
    client,
    'engine.lockMembersByExternalId',
    `select ${memberStateColumns} from unnest($1::int[], $2::text[]) as k (program_id, external_id)
     join member m using (program_id, external_id) join account a on a.member_id = m.id
     order by m.id for update of a`,
    [programIds, externalIds],
  );

/** The same for a batch that names members in both ways. */
export const lockMembers = (
  client: PoolClient,
  byId: { programIds: number[]; ids: number[] },
  byExternalId: { programIds: number[]; externalIds: string[] },
) =>
  named<MemberState>(
    client,
    'engine.lockMembers',
    `with wanted as (
       select m.id from unnest($1::int[], $2::bigint[]) as k (program_id, id)
       join member m using (program_id, id)
       union
       select m.id from unnest($3::int[], $4::text[]) as k (program_id, external_id)
       join member m using (program_id, external_id))
     select ${memberStateColumns}
     from wanted join member m using (id) join account a on a.member_id = m.id
     order by m.id for update of a`,
    [byId.programIds, byId.ids, byExternalId.programIds, byExternalId.externalIds],
  );

export const loadReceipts = (
  client: PoolClient,
  programIds: number[],
  operations: string[],
  scopes: string[],
  keys: string[],
) =>
  named<Omit<ReceiptRow, 'createdAt'>>(
    client,
    'engine.loadReceipts',
    `select r.program_id as "programId", r.operation, r.scope, r.key,
            r.input_hash as "inputHash", r.outcome
     from unnest($1::int[], $2::text[], $3::text[], $4::text[])
            as k (program_id, operation, scope, key)
     join receipt r using (program_id, operation, scope, key)`,
    [programIds, operations, scopes, keys],
  );

/** What an earlier activity with the same reference left. */
export type KnownActivity = Pick<
  ActivityRow,
  | 'programId'
  | 'type'
  | 'reference'
  | 'memberId'
  | 'points'
  | 'value'
  | 'units'
  | 'returnedUnits'
  | 'occurredAt'
  | 'recordedAt'
>;

export const loadActivities = (
  client: PoolClient,
  programIds: number[],
  types: string[],
  references: string[],
) =>
  named<KnownActivity>(
    client,
    'engine.loadActivities',
    `select a.program_id as "programId", a.type, a.reference, a.member_id as "memberId", a.points,
            a.value, a.units, a.returned_units as "returnedUnits", a.occurred_at as "occurredAt",
            a.recorded_at as "recordedAt"
     from unnest($1::int[], $2::text[], $3::text[]) as k (program_id, type, reference)
     join activity a using (program_id, type, reference)`,
    [programIds, types, references],
  );

export type Opening = {
  readonly txid: string;
  readonly at: Date;
  /** Program id → version of its rules. */
  readonly versions: Readonly<Record<string, number>>;
  /** Numbers separated by commas, null for none. */
  readonly events: string | null;
  readonly members: string | null;
  readonly redemptions: string | null;
  readonly holds: string | null;
  readonly adjustments: string | null;
  readonly teams: string | null;
};

/** How many ids of each kind a batch may need. */
export type IdCounts = {
  readonly events: number;
  readonly members: number;
  readonly redemptions: number;
  readonly holds: number;
  readonly adjustments: number;
  readonly teams: number;
};

/**
 * What a batch needs besides its rows, behind their locks: the clock, its transaction's id, the
 * versions of the rules, and ids from the sequences (a refused command leaves a gap, which
 * nothing minds).
 */
export const openBatch = (client: PoolClient, programIds: number[], counts: IdCounts) =>
  named<Opening>(
    client,
    'engine.openBatch',
    `select pg_current_xact_id()::text as txid, ${databaseClock} as at,
       (select json_object_agg(id, config_version) from program where id = any($1)) as versions,
       ${idsFrom('event_position_seq', 2)} as events, ${idsFrom('member_id_seq', 3)} as members,
       ${idsFrom('redemption_id_seq', 4)} as redemptions, ${idsFrom('hold_id_seq', 5)} as holds,
       ${idsFrom('adjustment_request_id_seq', 6)} as adjustments,
       ${idsFrom('team_id_seq', 7)} as teams`,
    [
      programIds,
      counts.events,
      counts.members,
      counts.redemptions,
      counts.holds,
      counts.adjustments,
      counts.teams,
    ],
  );

const idsFrom = (sequence: string, parameter: number) =>
  `(select string_agg(nextval('${sequence}')::text, ',') from generate_series(1, $${parameter}::int))`;
