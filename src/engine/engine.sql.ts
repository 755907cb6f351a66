/** The statements by which a batch locks and loads its rows. */
import { databaseClock } from '../platform/clock.ts';
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { ActivityRow, LotRow, MemberState, ReceiptRow, RewardRow } from './rows.ts';

/** Columns of a member with their account, as `MemberState`. */
export const memberStateColumns = `
  m.id as "memberId", m.program_id as "programId", m.external_id as "externalId",
  m.display_name as "displayName", m.enrolled_at as "enrolledAt", a.version, a.balance,
  a.lifetime_earned as "lifetimeEarned", a.entry_seq as "entrySeq", a.head_hash as "headHash",
  a.next_expiry_at as "nextExpiryAt", a.pending_until as "pendingUntil",
  a.streak_current as "streakCurrent", a.streak_longest as "streakLongest",
  a.streak_total_days as "streakTotalDays", a.last_check_in_date as "lastCheckInDate",
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

/** Locks the programs' own reward stock, after the accounts and in id order. */
export const lockRewards = (client: PoolClient, programIds: number[], ids: number[]) =>
  named<RewardRow>(
    client,
    'engine.lockRewards',
    `select r.id, r.program_id as "programId", r.title, r.price, r.stock
     from unnest($1::int[], $2::bigint[]) as k (program_id, id)
     join reward r using (program_id, id) order by r.id for update of r`,
    [programIds, ids],
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

export const loadActivities = (
  client: PoolClient,
  programIds: number[],
  types: string[],
  references: string[],
) =>
  named<Pick<ActivityRow, 'programId' | 'type' | 'reference' | 'memberId' | 'points'>>(
    client,
    'engine.loadActivities',
    `select a.program_id as "programId", a.type, a.reference, a.member_id as "memberId", a.points
     from unnest($1::int[], $2::text[], $3::text[]) as k (program_id, type, reference)
     join activity a using (program_id, type, reference)`,
    [programIds, types, references],
  );

/** Open lots of the members, as they are spent: soonest to expire first (S28). */
export const loadOpenLots = (client: PoolClient, memberIds: number[]) =>
  named<LotRow>(
    client,
    'engine.loadOpenLots',
    `select member_id as "memberId", seq, program_id as "programId", amount, remaining,
            activates_at as "activatesAt", expires_at as "expiresAt"
     from lot where member_id = any($1) and remaining > 0
     order by member_id, expires_at nulls last, activates_at, seq`,
    [memberIds],
  );

/** All checked-in dates of members under their program's plan, oldest first. */
export const loadCheckInDates = (client: PoolClient, memberIds: number[], planIds: number[]) =>
  named<{ memberId: number; dates: string[] }>(
    client,
    'engine.loadCheckInDates',
    `select c.member_id as "memberId", array_agg(c.local_date::text order by c.local_date) as dates
     from unnest($1::bigint[], $2::int[]) as k (member_id, plan_id)
     join check_in c using (member_id, plan_id) group by c.member_id`,
    [memberIds, planIds],
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
};

/**
 * What a batch needs besides its rows, behind their locks: the clock, its transaction's id, the
 * versions of the rules, and ids from the sequences (a refused command leaves a gap, which
 * nothing minds).
 */
export const openBatch = (
  client: PoolClient,
  programIds: number[],
  counts: { events: number; members: number; redemptions: number },
) =>
  named<Opening>(
    client,
    'engine.openBatch',
    `select pg_current_xact_id()::text as txid, ${databaseClock} as at,
       (select json_object_agg(id, config_version) from program where id = any($1)) as versions,
       (select string_agg(nextval('event_position_seq')::text, ',')
        from generate_series(1, $2::int)) as events,
       (select string_agg(nextval('member_id_seq')::text, ',')
        from generate_series(1, $3::int)) as members,
       (select string_agg(nextval('redemption_id_seq')::text, ',')
        from generate_series(1, $4::int)) as redemptions`,
    [programIds, counts.events, counts.members, counts.redemptions],
  );
