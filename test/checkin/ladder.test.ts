import { describe, expect, it } from 'vitest';
import { defaultPlan, ladderPoints } from '../../src/checkin/ladder.ts';
import type { CheckInPlan } from '../../src/rules/definition.ts';

const days = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('ladderPoints (S19)', () => {
  it.each([
    // ladder        end     points of days 1, 2, 3 …                    case
    [[...defaultPlan.ladder], 'HOLD', [10, 15, 20, 25, 30, 35, 40, 40, 40], 'the default ladder'],
    [[5, 10, 20], 'HOLD', [5, 10, 20, 20, 20, 20, 20], 'holds the last day'],
    [[5, 10, 20], 'LOOP', [5, 10, 20, 5, 10, 20, 5], 'begins anew after the last day'],
    [[7], 'HOLD', [7, 7, 7], 'one day, held'],
    [[7], 'LOOP', [7, 7, 7], 'one day, looped'],
    [[0, 0, 50], 'LOOP', [0, 0, 50, 0, 0, 50], 'days that pay nothing'],
    [[10, 0], 'HOLD', [10, 0, 0, 0], 'a last day that pays nothing is held, too'],
  ] as [number[], CheckInPlan['ladderEnd'], number[], string][])(
    '%j %s pays %j − %s',
    (ladder, ladderEnd, expected) => {
      const paid = days(expected.length).map((day) => ladderPoints({ ladder, ladderEnd }, day));
      expect(paid).toEqual(expected);
    },
  );

  it.each(['HOLD', 'LOOP'] as const)('%s stays exact and defined far beyond the ladder', (end) => {
    const plan = { ladder: [1, 2, 3], ladderEnd: end };
    expect(ladderPoints(plan, 1_000_000)).toBe(end === 'HOLD' ? 3 : 1);
    expect(ladderPoints(plan, 1_000_001)).toBe(end === 'HOLD' ? 3 : 2);
  });
});
