import { z } from 'zod';
import type { Facts } from '../engine/facts.ts';
import { exact, memberRef } from '../engine/inputs.ts';
import type { Operation } from '../engine/operation.ts';
import type { PayoutRow } from '../engine/payouts.sql.ts';
import type { Json, MemberState } from '../engine/rows.ts';
import { requireMember } from '../members/member-steps.ts';
import { ERASED_PREFIX } from '../members/profile.ts';
import { localDateOf } from '../platform/calendar.ts';
import { expiresAt } from '../points/expiry.ts';
import { creditPoints, summarise } from '../points/ledger.ts';
import { factTime } from '../programs/fact-time.ts';

const input = z.object({
  member: memberRef,
  settlementId: exact,
  idempotencyKey: z.undefined().optional(),
});

export type PayPrizeInput = z.infer<typeof input>;

/**
 * Pays what a member won, as it was planned: no rule multiplies it and no cap cuts it. The line and
 * the payout's state are written together under the member's lock, so it is paid once, however often
 * and on however many nodes this runs (S79). Of members who were erased meanwhile it is forfeited.
 */
export const payPrize: Operation<PayPrizeInput, { readonly memberId: number }> = {
  name: 'payPrize',
  input,
  touches: ({ member, settlementId }) => ({ member, lots: true, payout: settlementId }),
  decide(facts, _input, now) {
    const member = requireMember(facts);
    const { memberId, externalId } = member;
    const { payout } = facts;
    if (payout?.state !== 'PLANNED') return { memberId };
    if (externalId === `${ERASED_PREFIX}${memberId}`) {
      facts.changes.update('payouts', payout, { state: 'FORFEITED' });
      return { memberId };
    }
    const { settlementId, points, startedAt, place, rank, seasonId, terms } = payout;
    const source = {
      sourceType: 'SETTLEMENT' as const,
      sourceId: `${settlementId}:${memberId}`,
      purpose: 'PRIZE',
      ruleVersion: null,
      explanation: explanationOf(facts, payout),
    };
    // Won when the season became final: however late it is paid, the line is the same.
    const time = factTime(facts.program, startedAt);
    const life = { activatesAt: startedAt, expiresAt: expiresAt(terms.prizes.expiry, time) };
    const entry = creditPoints(facts, member, 'PRIZE', points, time, source, life);
    facts.changes.update('payouts', payout, { state: 'PAID', entrySeq: entry.seq, paidAt: now });
    tell(facts, member, { settlementId, seasonId, place, rank, entries: summarise([entry]) });
    return { memberId };
  },
};

const tell = (facts: Facts, member: MemberState, about: { [key: string]: Json }) =>
  facts.emit(member, 'prize.paid', facts.now, about);

/** What the line says of itself: titles may change, this stays. */
function explanationOf({ program }: Facts, payout: PayoutRow): { [key: string]: Json } {
  const { terms, rank, place, seasonId, challengeId, settlementId } = payout;
  const { title, version, startsAt, goal, kind, target } = terms;
  const begins = new Date(startsAt);
  const { zone, dayStartMinutes } = program;
  return {
    ...{ title, version, rank, place, settlement: settlementId, seasonId },
    ...(challengeId !== null && { challenge: challengeId }),
    // A season of all time has no day on which it began.
    ...(begins.getTime() > 0 && { season: localDateOf(begins, zone, dayStartMinutes) }),
    ...(goal === 'EVERYONE_AT_TARGET' && target !== null && { target }),
    ...(kind === 'TEAM' && { team: true }),
  };
}
