/** What the API shows of settlements. */
import type { PayoutState } from '../generated/prisma/enums.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { Winner } from './awards.ts';
import type { Prizes } from './prizes.ts';
import { settlementColumns } from './settlement.sql.ts';
import type { SettlementRow } from './terms.ts';

/** The settlement of a season, or the one with this id. */
export async function findSettlement(
  pool: Pool,
  by: { readonly seasonId: number } | { readonly id: number; readonly programId: number },
): Promise<SettlementRow | undefined> {
  const [row] =
    'seasonId' in by
      ? await named<SettlementRow>(
          pool,
          'settlements.findOfSeason',
          `select ${settlementColumns} from settlement s where s.season_id = $1`,
          [by.seasonId],
        )
      : await named<SettlementRow>(
          pool,
          'settlements.findById',
          `select ${settlementColumns} from settlement s where s.id = $1 and s.program_id = $2`,
          [by.id, by.programId],
        );
  return row;
}

/** What a season's places win: of a frozen one what they did, of others what the board says now. */
export async function findPrizes(pool: Pool, seasonId: number): Promise<Prizes | null> {
  const [row] = await named<{ prizes: Prizes | null }>(
    pool,
    'settlements.findPrizes',
    `select case when s.frozen_at is not null then t.terms->'prizes'
              when s.ends_at <= (b.prizes->>'since')::timestamptz then null
              else b.prizes end as prizes
     from season s join leaderboard b on b.id = s.leaderboard_id
     left join settlement t on t.season_id = s.id where s.id = $1`,
    [seasonId],
  );
  return row?.prizes ?? null;
}

/** A stretch of a list that runs by growing numbers, both ends left out. */
export type Range = {
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly limit: number;
  readonly inverted: boolean;
};

const LARGEST = Number.MAX_SAFE_INTEGER;
const bounds = ({ before = LARGEST, after = 0 }: Range) => [after, before];

/** A winner as it is shown: a member, or the name of a team. */
export type ShownWinner = Winner & { readonly isTeam: boolean; readonly teamName: string | null };

export const listWinners = (pool: Pool, id: number, range: Range) =>
  named<ShownWinner>(
    pool,
    `settlements.listWinners:${range.inverted}:${range.limit}`,
    `select w.place, w.rank, w.participant_id as "participantId", w.score,
            w.reached_at as "reachedAt", w.points, s.terms->>'kind' = 'TEAM' as "isTeam",
            t.name as "teamName"
     from settlement_winner w join settlement s on s.id = w.settlement_id
     left join team t on s.terms->>'kind' = 'TEAM' and t.id = w.participant_id
     where w.settlement_id = $1 and w.place > $2::bigint and w.place < $3::bigint
     order by w.place ${range.inverted ? 'desc' : 'asc'} limit ${Math.trunc(range.limit)}`,
    [id, ...bounds(range)],
  );

export type ShownPayout = {
  readonly memberId: number;
  readonly place: number;
  readonly points: number;
  readonly state: PayoutState;
  readonly entrySeq: number | null;
  readonly paidAt: Date | null;
};

/** Payouts by member id: all, or those of the member with this external id. */
export const listPayouts = (pool: Pool, id: number, own: string | null, range: Range) =>
  named<ShownPayout>(
    pool,
    `settlements.listPayouts:${own === null}:${range.inverted}:${range.limit}`,
    `select p.member_id as "memberId", p.place, p.points, p.state, p.entry_seq as "entrySeq",
            p.paid_at as "paidAt"
     from payout p where p.settlement_id = $1 and p.member_id > $2 and p.member_id < $3
       and ${
         own === null
           ? '$4::text is null'
           : `p.member_id = (select m.id from member m join settlement s
                on s.program_id = m.program_id where s.id = $1 and m.external_id = $4)`
       }
     order by p.member_id ${range.inverted ? 'desc' : 'asc'} limit ${Math.trunc(range.limit)}`,
    [id, ...bounds(range), own],
  );
