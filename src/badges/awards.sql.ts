/** The statements by which badges are awarded: several rows each, in the order of their keys. */
import type { LocalDate } from '../platform/calendar.ts';
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** A badge of a member. */
export type BadgeOf = { readonly memberId: number; readonly ruleId: number };

const columnsOf = (rows: readonly BadgeOf[]) => [
  rows.map(({ memberId }) => memberId),
  rows.map(({ ruleId }) => ruleId),
];

/** Those of these badges that were awarded, revoked since or not. */
export const findAwarded = (client: PoolClient, rows: readonly BadgeOf[]) =>
  named<BadgeOf>(
    client,
    'badges.findAwarded',
    `select member_id as "memberId", rule_id as "ruleId"
     from unnest($1::bigint[], $2::int[]) as k (member_id, rule_id)
     join badge_award using (member_id, rule_id)`,
    columnsOf(rows),
  );

export type NewAward = BadgeOf & {
  readonly programId: number;
  readonly version: number;
  readonly awardedAt: Date;
  readonly source: string;
  readonly position: number | null;
};

/** Awards badges, those that were awarded before left alone. Answers the members who are new. */
export const insertAwards = (client: PoolClient, rows: readonly NewAward[], now: Date) =>
  named<{ memberId: number }>(
    client,
    'badges.insertAwards',
    `insert into badge_award (member_id, rule_id, program_id, version, awarded_at, source,
       position, recorded_at)
     select k.*, $8 from unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::timestamptz[],
       $6::text[], $7::bigint[]) as k (member_id, rule_id, program_id, version, awarded_at,
       source, position)
     order by k.member_id, k.rule_id
     on conflict do nothing returning member_id as "memberId"`,
    [
      ...columnsOf(rows),
      rows.map(({ programId }) => programId),
      rows.map(({ version }) => version),
      rows.map(({ awardedAt }) => awardedAt.toISOString()),
      rows.map(({ source }) => source),
      rows.map(({ position }) => position),
      now.toISOString(),
    ],
  );

/** Notes that members' badges have changed; always in the order of their ids. */
export const bumpRevisions = (client: PoolClient, memberIds: readonly number[]) =>
  named(
    client,
    'badges.bumpRevisions',
    `insert into badge_revision (member_id, revision)
     select distinct id, 1 from unnest($1::bigint[]) as k (id) order by id
     on conflict (member_id) do update set revision = badge_revision.revision + 1`,
    [memberIds],
  );

export type NewFact = BadgeOf & {
  readonly programId: number;
  readonly source: string;
  readonly type: string;
  readonly occurredAt: Date;
  readonly localDate: LocalDate;
};

/** Notes activities that badges count; a replay changes nothing. */
export const insertFacts = (client: PoolClient, rows: readonly NewFact[]) =>
  named<{ memberId: number }>(
    client,
    'badges.insertFacts',
    `insert into badge_fact (member_id, rule_id, program_id, source, type, occurred_at, local_date)
     select * from unnest($1::bigint[], $2::int[], $3::int[], $4::text[], $5::text[],
       $6::timestamptz[], $7::date[])
     on conflict do nothing returning member_id as "memberId"`,
    [
      ...columnsOf(rows),
      rows.map(({ programId }) => programId),
      rows.map(({ source }) => source),
      rows.map(({ type }) => type),
      rows.map(({ occurredAt }) => occurredAt.toISOString()),
      rows.map(({ localDate }) => localDate),
    ],
  );

/** Takes activities off again of which nothing is left. */
export const returnFacts = (
  client: PoolClient,
  rows: readonly { readonly memberId: number; readonly source: string }[],
) =>
  named<{ memberId: number }>(
    client,
    'badges.returnFacts',
    `update badge_fact f set returned = true
     from unnest($1::bigint[], $2::text[]) as k (member_id, source)
     where f.member_id = k.member_id and f.source = k.source and not f.returned
     returning f.member_id as "memberId"`,
    [rows.map(({ memberId }) => memberId), rows.map(({ source }) => source)],
  );
