import type { Json } from '../engine/rows.ts';
import { limits } from '../limits.ts';
import { databaseClock } from '../platform/clock.ts';
import type { Pool, PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** An event as consumers read it. */
export type LoggedEvent = {
  readonly position: number;
  readonly programId: number;
  readonly type: string;
  readonly memberId: number;
  readonly occurredAt: Date;
  readonly payload: Json;
};

/** A place in the log: events are ordered by (txid, position). */
export type LogPlace = { readonly txid: string; readonly position: number };

/** Locks a consumer's cursor; undefined while another node holds it. */
export async function lockCursor(
  client: PoolClient,
  consumer: string,
): Promise<LogPlace | undefined> {
  const rows = await named<LogPlace>(
    client,
    'projections.lockCursor',
    `select txid::text, position from cursor where consumer = $1 for update skip locked`,
    [consumer],
  );
  return rows[0];
}

/**
 * The next events behind a place. It stops short of the oldest transaction still running, so
 * that one which commits late is never skipped.
 */
export const readEvents = (client: PoolClient, after: LogPlace) =>
  named<LoggedEvent & { txid: string }>(
    client,
    'projections.readEvents',
    `select txid::text, position, program_id as "programId", type, member_id as "memberId",
            occurred_at as "occurredAt", payload
     from event
     where (txid, position) > ($1::xid8, $2::bigint)
       and txid < pg_snapshot_xmin(pg_current_snapshot())
     order by event.txid, event.position limit ${limits.projectionEventsMax}`,
    [after.txid, after.position],
  );

/** The newest event behind a place that can be read; undefined when there is none. */
export async function readEnd(client: PoolClient, after: LogPlace): Promise<LogPlace | undefined> {
  const rows = await named<LogPlace>(
    client,
    'projections.readEnd',
    `select txid::text, position from event
     where (txid, position) > ($1::xid8, $2::bigint)
       and txid < pg_snapshot_xmin(pg_current_snapshot())
     order by event.txid desc, event.position desc limit 1`,
    [after.txid, after.position],
  );
  return rows[0];
}

export const moveCursor = (client: PoolClient, consumer: string, to: LogPlace) =>
  named(
    client,
    'projections.moveCursor',
    'update cursor set txid = $2::xid8, position = $3 where consumer = $1',
    [consumer, to.txid, to.position],
  );

/** Makes the cursor of a consumer that never ran before. */
export const createCursor = (pool: Pool, consumer: string) =>
  named(
    pool,
    'projections.createCursor',
    'insert into cursor (consumer) values ($1) on conflict do nothing',
    [consumer],
  );

/** How far a consumer has come. */
export async function readCursor(client: PoolClient, consumer: string): Promise<LogPlace> {
  const rows = await named<LogPlace>(
    client,
    'projections.readCursor',
    'select txid::text, position from cursor where consumer = $1',
    [consumer],
  );
  return rows[0] ?? { txid: '0', position: 0 };
}

/** Keeps the consumer from counting meanwhile; answers how far it has come. */
export async function lockConsumer(client: PoolClient, consumer: string): Promise<LogPlace> {
  const rows = await named<LogPlace>(
    client,
    'projections.lockConsumer',
    `select txid::text, position from cursor where consumer = $1 for update`,
    [consumer],
  );
  return rows[0] ?? { txid: '0', position: 0 };
}

/** The next events of the log up to a place; of other programs only where they stand. */
export const readPast = (
  client: PoolClient,
  programId: number,
  after: LogPlace,
  until: LogPlace,
  limit: number,
) =>
  named<LoggedEvent & { readonly txid: string }>(
    client,
    'projections.readPast',
    `select txid::text, position, program_id as "programId", type, member_id as "memberId",
            occurred_at as "occurredAt",
            case when program_id = $1 then payload else '{}'::jsonb end as payload
     from event where (txid, position) > ($2::xid8, $3::bigint)
       and (txid, position) <= ($4::xid8, $5::bigint)
     order by event.txid, event.position limit $6`,
    [programId, after.txid, after.position, until.txid, until.position, limit],
  );

/** A transaction id that all transactions from now on are at or above. */
export async function markLog(pool: Pool): Promise<string> {
  const rows = await named<{ mark: string }>(
    pool,
    'projections.markLog',
    'select pg_snapshot_xmax(pg_current_snapshot())::text as mark',
    [],
  );
  return rows[0]?.mark ?? '0';
}

/** Whether a consumer has passed every event of the transactions below a mark. */
export async function hasPassedMark(pool: Pool, consumer: string, mark: string): Promise<boolean> {
  const rows = await named<{ passed: boolean }>(
    pool,
    'projections.hasPassedMark',
    `select pg_snapshot_xmin(pg_current_snapshot()) >= $2::xid8 and not exists (
       select from event e where (e.txid, e.position) > (c.txid, c.position)
         and e.txid < $2::xid8) as passed
     from cursor c where c.consumer = $1`,
    [consumer, mark],
  );
  return rows[0]?.passed ?? false;
}

/**
 * For how many seconds the oldest event that a consumer has not read has waited, whether it can
 * be read yet or not; null when all are read.
 */
export async function unreadSeconds(pool: Pool, consumer: string): Promise<number | null> {
  const rows = await named<{ seconds: number }>(
    pool,
    'projections.unreadSeconds',
    // Lateral with a limit: one step in the index, whatever the size of the log.
    `select greatest(0, extract(epoch from ${databaseClock} - next.recorded_at))::float8 as seconds
     from cursor c cross join lateral (
       select e.recorded_at from event e where (e.txid, e.position) > (c.txid, c.position)
       order by e.txid, e.position limit 1) next where c.consumer = $1`,
    [consumer],
  );
  return rows[0]?.seconds ?? null;
}

/** Whether a consumer has passed a program's event; undefined when there is no such event. */
export async function hasPassed(
  pool: Pool,
  consumer: string,
  programId: number,
  position: number,
): Promise<boolean | undefined> {
  const rows = await named<{ passed: boolean }>(
    pool,
    'projections.hasPassed',
    `select (c.txid, c.position) >= (e.txid, e.position) as passed
     from event e, cursor c where e.position = $2 and e.program_id = $3 and c.consumer = $1`,
    [consumer, position, programId],
  );
  return rows[0]?.passed;
}
