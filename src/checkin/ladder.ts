import type { CheckInPlan } from '../rules/definition.ts';

/** Points of day `streakDay` (1, 2, 3 …) of a run; beyond the ladder it holds or begins anew (S19). */
export function ladderPoints(
  plan: Pick<CheckInPlan, 'ladder' | 'ladderEnd'>,
  streakDay: number,
): number {
  const { ladder, ladderEnd } = plan;
  const index = streakDay - 1;
  if (index < ladder.length) return ladder[index] ?? 0;
  return ladder[ladderEnd === 'HOLD' ? ladder.length - 1 : index % ladder.length] ?? 0;
}

/** What a new program pays: 10, 15, 20, 25, 30, 35, and 40 from day 7 on. */
export const defaultPlan = {
  ladder: [10, 15, 20, 25, 30, 35, 40],
  ladderEnd: 'HOLD',
} as const;
