/** What must hold of every row of a database, whatever happened to it before. */

import { streakOf } from '../../src/checkin/streak.ts';
import type { Pool } from '../../src/platform/db.ts';
import { entryHash } from '../../src/points/chain.ts';
import type { EntryWithLot } from '../../src/verify/chain-proof.ts';

/**
 * Sums per member that must agree with the account, as one row for each that does not: the balance
 * is what lots have left, less what is owed; held is what open holds pin; what was reversed does
 * not count as earned.
 */
const disagreeing = `
  with entry as (
    select member_id, count(*) as entries, max(seq) as last, sum(amount) as balance,
           coalesce(sum(case kind when 'EARN' then amount
             when 'REVERSAL' then -(explanation->>'reversed')::bigint end), 0) as earned,
           coalesce(sum((explanation->>'debt')::bigint), 0) as owed
    from ledger_entry group by member_id),
  repaid as (
    select e.member_id, sum(-e.amount) - coalesce(sum(t.taken), 0) as open
    from ledger_entry e left join lateral (select sum(amount) as taken from allocation a
      where a.member_id = e.member_id and a.debit_seq = e.seq) t on true
    where e.kind = 'REVERSAL' group by e.member_id),
  open as (select member_id, sum(remaining) as balance, sum(held) as held from lot group by 1),
  pinned as (select member_id, sum(points) as held from hold where state = 'HELD' group by 1)
  select a.member_id as "memberId", a.balance, e.balance as entries, o.balance as lots, a.debt,
         r.open as owed, a.held, o.held as pinned, p.held as holds,
         a.lifetime_earned as lifetime, e.earned, a.entry_seq as seq, e.last
  from account a left join entry e using (member_id) left join open o using (member_id)
    left join pinned p using (member_id) left join repaid r using (member_id)
  where a.balance <> coalesce(e.balance, 0) or a.balance <> coalesce(o.balance, 0) - a.debt
     or a.debt <> coalesce(r.open, 0) or a.debt > coalesce(e.owed, 0)
     or a.held <> coalesce(o.held, 0) or a.held <> coalesce(p.held, 0)
     or a.lifetime_earned <> coalesce(e.earned, 0) or a.entry_seq <> coalesce(e.last, 0)
     or a.entry_seq <> coalesce(e.entries, 0)`;

/**
 * Credits without their lot, lots without their credit, lots and debits not fully allocated (a
 * reversal may lack what is owed), lots whose pins are not those of open holds.
 */
const unallocated = `
  with given as (select member_id, lot_seq as seq, sum(amount) as taken from allocation group by 1, 2),
  covered as (select member_id, debit_seq as seq, sum(amount) as taken from allocation group by 1, 2),
  pinned as (
    select p.member_id, p.lot_seq as seq, sum(p.amount) as held
    from hold_lot p join hold h on h.id = p.hold_id and h.state = 'HELD' group by 1, 2),
  reversed as (
    select member_id, (explanation->>'of')::bigint as seq,
           sum((explanation->>'reversed')::bigint) as points
    from ledger_entry where kind = 'REVERSAL' group by 1, 2)
  select 'lot' as what, l.member_id, l.seq from lot l
    left join ledger_entry e using (member_id, seq) left join given g using (member_id, seq)
    where (case e.kind when 'REFUND' then (e.explanation->>'renewed')::bigint else e.amount end)
      is distinct from l.amount or l.remaining <> l.amount - coalesce(g.taken, 0)
  union all
  select 'pins', l.member_id, l.seq from lot l left join pinned p using (member_id, seq)
    where l.held <> coalesce(p.held, 0)
  union all
  select 'reversed', l.member_id, l.seq from lot l left join reversed r using (member_id, seq)
    where l.reversed <> coalesce(r.points, 0)
  union all
  select 'credit', e.member_id, e.seq from ledger_entry e left join lot l using (member_id, seq)
    where e.amount > 0 and l.seq is null
      and (e.kind <> 'REFUND' or e.explanation ? 'renewed')
  union all
  select 'debit', e.member_id, e.seq
    from ledger_entry e left join covered c using (member_id, seq)
    where (e.amount > 0 and coalesce(c.taken, 0) <> case e.kind when 'REFUND'
        then coalesce((e.explanation->>'renewed')::bigint, 0) - e.amount else 0 end)
      or (e.amount < 0 and (coalesce(c.taken, 0) > -e.amount or coalesce(c.taken, 0) < -e.amount
        - case when e.kind = 'REVERSAL' then (e.explanation->>'debt')::bigint else 0 end))`;

/** Accounts whose version is not the number of their events: a change was lost. */
const miscounted = `
  select a.member_id as "memberId", a.version, count(e.position) as events
  from account a left join event e using (member_id)
  group by a.member_id having a.version <> count(e.position)`;

const entryColumns = `member_id as "memberId", seq, e.program_id as "programId", kind, e.amount,
  occurred_at as "occurredAt", local_date as "localDate", zone,
  utc_offset_seconds as "utcOffsetSeconds", day_start_minutes as "dayStartMinutes",
  recorded_at as "recordedAt", source_type as "sourceType", source_id as "sourceId", purpose,
  rule_version as "ruleVersion", actor, idempotency_key as "idempotencyKey", explanation, hash,
  l.activates_at as "lotActivatesAt", l.expires_at as "lotExpiresAt"`;

/** Every breach found, in words; empty when all is well. */
export async function findBreaches(pool: Pool): Promise<string[]> {
  const breaches: string[] = [];
  for (const sql of [disagreeing, unallocated, miscounted]) {
    const { rows } = await pool.query(sql);
    breaches.push(...rows.map((row) => JSON.stringify(row)));
  }
  breaches.push(...(await brokenChains(pool)), ...(await wrongStreaks(pool)));
  return breaches;
}

/** Entries whose hash does not follow from the one before (S43). */
export async function brokenChains(pool: Pool): Promise<string[]> {
  const entries = await pool.query<EntryWithLot>(
    `select ${entryColumns} from ledger_entry e left join lot l using (member_id, seq)
     order by member_id, seq`,
  );
  const heads = await pool.query<{ memberId: number; hash: Buffer | null }>(
    'select member_id as "memberId", head_hash as hash from account',
  );
  const previous = new Map<number, Buffer>();
  const breaches: string[] = [];
  for (const {
    hash,
    lotActivatesAt: activatesAt,
    lotExpiresAt: expiresAt,
    ...entry
  } of entries.rows) {
    const start = entry.explanation.awaits === true ? null : activatesAt;
    const made = entry.kind !== 'REFUND' || entry.explanation.renewed !== undefined;
    const life = entry.amount > 0 && made ? { activatesAt: start, expiresAt } : null;
    const expected = entryHash(previous.get(entry.memberId) ?? null, entry, life);
    if (!expected.equals(hash)) breaches.push(`chain: member ${entry.memberId}, seq ${entry.seq}`);
    previous.set(entry.memberId, hash);
  }
  for (const { memberId, hash } of heads.rows) {
    const last = previous.get(memberId);
    if (hash === null ? last !== undefined : last?.equals(hash) !== true) {
      breaches.push(`chain: head of member ${memberId}`);
    }
  }
  return breaches;
}

/** Accounts whose streak is not what their check-ins say (S10). */
async function wrongStreaks(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query(
    `select a.member_id as "memberId", p.zone, a.streak_current as current,
            a.streak_longest as longest, a.streak_total_days as "totalDays",
            a.last_check_in_date as "lastDate",
            array(select c.local_date::text from check_in c where c.member_id = a.member_id
                  order by c.local_date) as dates
     from account a join program p on p.id = a.program_id`,
  );
  return rows.flatMap(({ memberId, zone, dates, ...stored }) => {
    const expected = streakOf(dates, zone);
    const same = (Object.keys(expected) as (keyof typeof expected)[]).every(
      (field) => stored[field] === expected[field],
    );
    return same ? [] : [`streak: member ${memberId}: ${JSON.stringify({ stored, expected })}`];
  });
}
