import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { SettlementRow } from '../settlements/terms.ts';

/** What something is not: of a member, or of nobody in particular. */
export type SettlementDifference = {
  readonly member: string | null;
  readonly memberId: number | null;
  readonly settlementId: number;
  readonly what: string;
  readonly expected: string | null;
  readonly found: string | null;
};

/** A payout that says it is paid without its line, or a line of a prize without its payout. */
export const findPayoutDifference = (client: PoolClient, programId: number) =>
  named<SettlementDifference>(
    client,
    'verify.findPayoutDifference',
    `with paid as (
       select p.*, s.started_at from settlement s join payout p on p.settlement_id = s.id
       where s.program_id = $1 and p.state = 'PAID'),
     line as (
       select * from ledger_entry where program_id = $1 and source_type = 'SETTLEMENT'),
     joined as (
       select coalesce(p.member_id, e.member_id) as member_id,
              coalesce(p.settlement_id, split_part(e.source_id, ':', 1)::bigint) as settlement_id,
              case when p.member_id is null then null
                else concat_ws(' ', p.points, 'in entry', p.entry_seq, 'of', p.started_at) end
                as expected,
              case when e.member_id is null then null
                else concat_ws(' ', e.amount, 'in entry', e.seq, 'of', e.occurred_at) end as found,
              e.kind, e.purpose
       from paid p full join line e on e.member_id = p.member_id
         and e.source_id = p.settlement_id || ':' || p.member_id)
     select m.external_id as member, j.member_id as "memberId", j.settlement_id as "settlementId",
            'payout' as what, j.expected, j.found
     from joined j left join member m on m.id = j.member_id
     where j.expected is distinct from j.found or j.kind <> 'PRIZE' or j.purpose <> 'PRIZE'
     limit 1`,
    [programId],
  );

/** Figures of a settlement that its winners and payouts do not give. */
export const findSumDifference = (client: PoolClient, programId: number) =>
  named<SettlementDifference>(
    client,
    'verify.findSumDifference',
    `with sums as (
       select s.id, s.state, s.planned, s.paid, (s.terms->'prizes'->>'budget')::bigint as budget,
              (select coalesce(sum(points), 0) from settlement_winner where settlement_id = s.id)
                as won,
              (select coalesce(sum(points), 0) from payout where settlement_id = s.id) as payouts,
              (select coalesce(sum(points), 0) from payout
               where settlement_id = s.id and state = 'PAID') as done,
              (select count(*) from payout where settlement_id = s.id and state = 'PLANNED') as open,
              (select min(place) from settlement_winner w
                 left join (select place, sum(points) as points from payout
                   where settlement_id = s.id group by place) p using (place)
               where w.settlement_id = s.id and s.state >= 'PLANNED'
                 -- A team that nobody was left in has none.
                 and w.points <> coalesce(p.points,
                   case s.terms->>'kind' when 'TEAM' then w.points else 0 end)) as uneven
       from settlement s where s.program_id = $1),
     named as (
       select id, v.* from sums, lateral (values
         ('points planned', payouts, planned, state >= 'PLANNED' and planned <> payouts),
         ('points paid', done, paid, state >= 'PAID' and paid <> done),
         ('payouts left', 0, open, state >= 'PAID' and open > 0),
         ('points won, of its budget', budget, won, won > budget),
         ('first place whose payouts are not what it won', null, uneven, uneven is not null))
         as v (what, expected, found, differs))
     select null as member, null as "memberId", id as "settlementId", what,
            expected::text, found::text from named where differs order by id limit 1`,
    [programId],
  );

/** Settlements of which all winners are written down. */
export const loadRanked = (client: PoolClient, programId: number) =>
  named<Pick<SettlementRow, 'id' | 'seasonId' | 'terms' | 'ranked'>>(
    client,
    'verify.loadRankedSettlements',
    `select id, season_id as "seasonId", terms, ranked from settlement
     where program_id = $1 and state <> 'FROZEN' order by id`,
    [programId],
  );

/** The winners of a settlement behind a place, as text to compare. */
export const loadWinners = (client: PoolClient, id: number, after: number, limit: number) =>
  named<{ place: number; text: string }>(
    client,
    `verify.loadWinners:${limit}`,
    `select place, concat_ws(' ', place, rank, participant_id, score, points) as text
     from settlement_winner where settlement_id = $1 and place > $2
     order by place limit ${Math.trunc(limit)}`,
    [id, after],
  );
