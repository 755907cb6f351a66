/** The state machine of orders, over all pairs of states and kinds (S54). */
import { describe, expect, it } from 'vitest';
import { RedemptionState, RewardKind } from '../../src/generated/prisma/enums.ts';
import { mayMove, memberMovesOf, movesOf, stateAt } from '../../src/redemptions/states.ts';

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

describe('what may be done', () => {
  const now = new Date(500);
  const standing = (kind: RewardKind, state: RedemptionState, more: object = {}) => ({
    ...{ kind, state, reservedUntil: new Date(1_000), unitCash: null },
    ...more,
  });

  it.each(Object.values(RewardKind))('is one thing for each move: %s', (kind) => {
    for (const state of states) {
      const to = states.filter((one) => one !== 'EXPIRED' && mayMove(kind, state, one));
      const found = movesOf(standing(kind, state), false, now);
      expect(found).toHaveLength(to.length);
      expect(new Set(found).size).toBe(found.length);
      expect(found.includes('CONFIRM')).toBe(state === 'RESERVED');
      expect(found.includes('CANCEL')).toBe(to.includes('CANCELLED'));
      const ofMember = memberMovesOf(standing(kind, state), true, now);
      expect(ofMember.filter((move) => !found.includes(move))).toEqual([]);
      expect(ofMember.filter((move) => !['CONFIRM', 'CANCEL'].includes(move))).toEqual([]);
    }
  });

  it('ends with the reservation; money and the reward say what members may', () => {
    const reserved = standing('GOODS', 'RESERVED');
    expect(movesOf(reserved, false, new Date(1_000))).toEqual([]);
    expect(memberMovesOf(reserved, false, now)).toEqual(['CONFIRM', 'CANCEL']);
    expect(memberMovesOf({ ...reserved, unitCash: 5n }, false, now)).toEqual(['CANCEL']);
    const confirmed = standing('GOODS', 'CONFIRMED');
    expect(memberMovesOf(confirmed, true, now)).toEqual(['CANCEL']);
    expect(memberMovesOf(confirmed, false, now)).toEqual([]);
    expect(movesOf(standing('COUPON', 'ISSUED'), true, now)).toEqual(['USE', 'CANCEL']);
  });
});
