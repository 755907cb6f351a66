/** The state machine of orders, over all pairs of states and kinds (S54). */
import { describe, expect, it } from 'vitest';
import { RedemptionState, RewardKind } from '../../src/generated/prisma/enums.ts';
import { mayMove, stateAt } from '../../src/redemptions/states.ts';

/** Read from decision 10, a line for each state that can be left. */
const listed: Record<string, string> = {
  'GOODS RESERVED': 'CONFIRMED CANCELLED EXPIRED',
  'GOODS CONFIRMED': 'PREPARING CANCELLED FAILED',
  'GOODS PREPARING': 'SHIPPED CANCELLED FAILED',
  'GOODS SHIPPED': 'DELIVERED FAILED',
  'COUPON RESERVED': 'ISSUED CANCELLED EXPIRED',
  'COUPON ISSUED': 'USED CANCELLED FAILED',
  'VIRTUAL RESERVED': 'CONFIRMED CANCELLED EXPIRED',
  'VIRTUAL CONFIRMED': 'ISSUED CANCELLED FAILED',
  'VIRTUAL ISSUED': 'USED CANCELLED FAILED',
  'SERVICE RESERVED': 'CONFIRMED CANCELLED EXPIRED',
  'SERVICE CONFIRMED': 'ISSUED CANCELLED FAILED',
  'SERVICE ISSUED': 'USED CANCELLED FAILED',
};
const states = Object.values(RedemptionState);

describe.each(Object.values(RewardKind))('%s', (kind) => {
  it.each(states)('from %s moves as listed and nowhere else', (from) => {
    const allowed = states.filter((to) => mayMove(kind, from, to));
    expect(allowed.sort()).toEqual(
      (listed[`${kind} ${from}`] ?? '').split(' ').filter(Boolean).sort(),
    );
  });

  it('never comes back, and what has ended stays', () => {
    const reachable = (from: RedemptionState): RedemptionState[] =>
      states.filter((to) => mayMove(kind, from, to)).flatMap((to) => [to, ...reachable(to)]);
    for (const from of states) expect(reachable(from)).not.toContain(from);
    for (const end of ['CANCELLED', 'FAILED', 'EXPIRED', 'USED', 'DELIVERED'] as const) {
      expect(reachable(end)).toEqual([]);
    }
  });
});

describe('a reservation', () => {
  const reservedUntil = new Date(1_000);
  it.each([
    ['RESERVED', 999, 'RESERVED'],
    ['RESERVED', 1_000, 'EXPIRED'],
    ['CONFIRMED', 2_000, 'CONFIRMED'],
    ['CANCELLED', 2_000, 'CANCELLED'],
  ] as const)('%s at %i is %s', (state, at, expected) => {
    expect(stateAt({ state, reservedUntil }, new Date(at))).toBe(expected);
  });
});
