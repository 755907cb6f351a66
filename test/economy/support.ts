/** What the tests of the economy share. */
import { expect } from 'vitest';
import type { App } from '../../src/app.ts';
import { loadPointsByState } from '../../src/points/points.sql.ts';
import type { Difference } from '../../src/verify/difference.ts';
import { loadPrograms, verifyProgram } from '../../src/verify/verify-program.ts';
import type { TestApp } from '../support/app.ts';

/** What `tallymark verify` finds wrong in a database, program by program: nothing. */
export async function verified({ app }: TestApp): Promise<Difference[]> {
  const counts = { members: 0, entries: 0, lots: 0, allocations: 0, checkIns: 0, redemptions: 0 };
  const tools = {
    ...{ pool: app.pool, counts, onChain: () => undefined },
    waitForBoards: async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return true;
    },
  };
  const found: Difference[] = [];
  for (const program of await loadPrograms(app.pool, null)) {
    const { difference } = await verifyProgram(tools, program);
    if (difference !== undefined) found.push(difference);
  }
  if (found.length === 0) expect(counts.members).toBeGreaterThan(0);
  return found;
}

/** What is stored of members, in the words of the model. */
export async function readFacts(
  { pool }: App,
  programId: number,
  campaignId: number,
  names: readonly string[],
  now: Date,
) {
  const { rows } = await pool.query(
    `select m.external_id as name, m.id, a.balance, a.debt, a.lifetime_earned as lifetime,
            coalesce(a.tier_key, 'basic') as tier,
            floor(extract(epoch from a.tier_evaluates_at) * 1000) as "evaluatesAt",
            (select spent from rule_budget where rule_id = $2) as spent,
            array(select json_build_object('seq', e.seq, 'kind', e.kind, 'amount', e.amount,
                'date', e.local_date, 'rule', split_part(e.rule_version, '@', 1),
                'wanted', coalesce((e.explanation->>'wanted')::int, e.amount))
              from ledger_entry e where e.member_id = m.id order by e.seq) as entries,
            array(select json_build_object('seq', l.seq, 'amount', l.amount,
                'remaining', l.remaining, 'reversed', l.reversed,
                'held', (select coalesce(sum(p.amount), 0) from hold h join hold_lot p on p.hold_id = h.id
                  where h.member_id = m.id and h.state = 'HELD' and h.expires_at > $4
                    and p.lot_seq = l.seq),
                'activatesAt', floor(extract(epoch from l.activates_at) * 1000),
                'expiresAt', floor(extract(epoch from l.expires_at) * 1000))
              from lot l where l.member_id = m.id order by l.seq) as lots,
            array(select json_build_object('at', floor(extract(epoch from t.changed_at) * 1000),
                'key', t.to_key)
              from tier_change t where t.member_id = m.id order by t.position, t.step) as tiers
     from member m join account a on a.member_id = m.id
     where m.program_id = $1 and m.external_id = any($3)`,
    [programId, campaignId, names, now.toISOString()],
  );
  const ids = rows.map(({ id }) => Number(id));
  const states = await loadPointsByState(pool, ids, now);
  const stored = new Map<string, object>();
  for (const { name, id, spent: _, evaluatesAt, ...row } of rows) {
    const state = states.find(({ memberId }) => memberId === Number(id));
    stored.set(name, {
      ...row,
      evaluatesAt: evaluatesAt === null ? null : Number(evaluatesAt),
      available: Math.max(0, (state?.spendable ?? 0) - row.debt),
      pending: state?.pending ?? 0,
      held: state?.held ?? 0,
    });
  }
  return { stored, spent: Number(rows[0]?.spent ?? 0) };
}
