/** Removes what callers wrote about members who were erased (S44), in bounded steps. */
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';

export type PendingErasure = {
  readonly memberId: number;
  readonly programId: number;
  /** Null once receipts name the member no more. */
  readonly externalId: string | null;
  /** The last event that may tell something personal. */
  readonly position: number;
  readonly scannedTo: number;
};

/** The oldest erasure that is not done, locked; a node works at it alone. */
export async function lockErasure(client: PoolClient): Promise<PendingErasure | undefined> {
  const rows = await named<PendingErasure>(
    client,
    'members.lockErasure',
    `select member_id as "memberId", program_id as "programId", external_id as "externalId",
            position, scanned_to as "scannedTo"
     from erasure where done_at is null order by position limit 1 for update skip locked`,
    [],
  );
  return rows[0];
}

/**
 * What people wrote for others to read: reasons of holds, badges and disqualifications, notes of
 * requests and of orders.
 */
export async function eraseTexts(client: PoolClient, memberId: number): Promise<void> {
  await named(
    client,
    'members.eraseTexts',
    `with holds as (update hold set reason = 'erased' where member_id = $1),
       requests as (update adjustment_request set note = null
                    where member_id = $1 and note is not null),
       badges as (update badge_award set reason = 'erased'
                  where member_id = $1 and reason is not null),
       parts as (update challenge_participant set reason = 'erased'
                 where member_id = $1 and reason is not null),
       audits as (update audit_entry set after = after - 'reason'
                  where (target like 'badge:%' or target like 'challenge:%')
                    and after->>'memberId' = $1::bigint::text)
     update redemption_change c set note = null from redemption r
     where r.id = c.redemption_id and r.member_id = $1 and c.note is not null`,
    [memberId],
  );
}

/** Receipts of commands that the member sent name them. */
export async function eraseReceipts(
  client: PoolClient,
  { programId, memberId, externalId }: PendingErasure,
  operations: readonly string[],
): Promise<void> {
  await named(
    client,
    'members.eraseReceipts',
    `update receipt set scope = 'member:erased:' || $4::bigint
     where program_id = $1 and operation = any($2) and scope = 'member:' || $3::text`,
    [programId, operations, externalId, memberId],
  );
}

/** Takes the attributes out of the member's events with positions in (from, to]. */
export async function eraseEvents(
  client: PoolClient,
  memberId: number,
  from: number,
  to: number,
): Promise<void> {
  await named(
    client,
    'members.eraseEvents',
    `update event set payload = payload - 'attributes'
     where position > $2 and position <= $3 and member_id = $1 and payload ? 'attributes'`,
    [memberId, from, to],
  );
}

/** Notes how far an erasure has come; the former external id is forgotten. */
export async function noteErased(
  client: PoolClient,
  memberId: number,
  scannedTo: number,
  doneAt: Date | null,
): Promise<void> {
  await named(
    client,
    'members.noteErased',
    `update erasure set external_id = null, scanned_to = $2, done_at = $3 where member_id = $1`,
    [memberId, scannedTo, doneAt?.toISOString() ?? null],
  );
}
