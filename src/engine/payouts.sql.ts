/** How a batch finds the payouts that its commands pay. */
import type { PayoutState } from '../generated/prisma/enums.ts';
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { SettlementTerms } from '../settlements/terms.ts';

/** What a member gets of a settlement, and of what that is. */
export type PayoutRow = {
  readonly settlementId: number;
  readonly memberId: number;
  readonly points: number;
  state: PayoutState;
  entrySeq: number | null;
  paidAt: Date | null;
  readonly place: number;
  readonly rank: number;
  readonly seasonId: number;
  readonly challengeId: number | null;
  readonly terms: SettlementTerms;
  readonly startedAt: Date;
};

/** A payout as a command names it. */
export type PayoutName = {
  readonly settlementId: number;
  readonly memberId: number;
  readonly programId: number;
};

/** Payouts of members who are locked: they change under that lock only. */
export const loadPayouts = (client: PoolClient, names: readonly PayoutName[]) =>
  named<PayoutRow>(
    client,
    'engine.loadPayouts',
    `select p.settlement_id as "settlementId", p.member_id as "memberId", p.points, p.state,
            p.entry_seq as "entrySeq", p.paid_at as "paidAt", p.place, w.rank,
            s.season_id as "seasonId", s.challenge_id as "challengeId", s.terms,
            s.started_at as "startedAt"
     from unnest($1::bigint[], $2::bigint[], $3::int[]) as k (settlement_id, member_id, program_id)
     join payout p using (settlement_id, member_id)
     join settlement s on s.id = p.settlement_id and s.program_id = k.program_id
     join settlement_winner w on w.settlement_id = p.settlement_id and w.place = p.place`,
    [
      names.map(({ settlementId }) => settlementId),
      names.map(({ memberId }) => memberId),
      names.map(({ programId }) => programId),
    ],
  );
