import type { Mutation } from './bad-reward-mutations.ts';
import { badInstants, badInts, badKeys, badShortTexts } from './bad-values.ts';

const noEnums = ['NOPE', '', 1, {}, []];
const badKeyLists = [...badKeys.map((key) => [key]), Array(51).fill('a'), [null]];

/** What places of a ranking cannot win. */
export const badPrizes = [
  ...['x', 1, [], {}, { bands: [] }, { bands: [{}] }, { each: 1, budget: 1 }, { ties: 'FIRST' }],
  { bands: [{ from: 2, to: 2, points: 1 }] },
  { bands: [{ from: 1, to: 0, points: 1 }] },
  { bands: [{ from: 1, to: 10_001, points: 1 }] },
  { bands: [{ from: 1, to: 1, points: 0 }] },
  { bands: [{ from: 1, to: 1, points: 1.5 }] },
  { bands: [{ from: 1, to: 1, points: 1 }], budget: 0 },
  { bands: [{ from: 1, to: 1, points: 1 }], ties: 'ALL' },
  { bands: [{ from: 1, to: 1, points: 1 }], ties: 'NONE' },
];

/** Wrong values of what both createLeaderboard and updateLeaderboard take. */
const badTerms = {
  rankMode: noEnums,
  settleDelayMinutes: [...badInts, -1, 527_041],
  prizes: badPrizes,
  filter: [
    ...['x', 1, true, { nope: 1 }],
    ...badKeyLists.flatMap((keys) => [{ tiers: keys }, { tags: keys }]),
    { tiers: ['gold'] }, // The program has no tiers.
  ],
  endsAt: [...badInstants, '2000-01-01T00:00:00Z'],
};

/** Mutations of leaderboards. */
export const badBoardMutations = (): Record<string, Mutation> => ({
  createLeaderboard: {
    input: () => ({ key: 'new', title: 'New', metric: 'CHECK_INS', cadence: 'DAILY' }),
    bad: {
      ...badTerms,
      key: [...badKeys, null, 'daily'],
      title: [...badShortTexts, null],
      metric: [...noEnums, null, 'ACTIVITY_VALUE'],
      activityType: [...badKeys, 'run'],
      cadence: [...noEnums, null],
      startsAt: badInstants,
    },
  },
  updateLeaderboard: {
    input: () => ({ key: 'daily' }),
    bad: {
      ...badTerms,
      key: [...badKeys, null, 'nothing'],
      title: badShortTexts,
      startsAt: [...badInstants, '2000-01-01T00:00:00Z', '2090-01-01T00:00:00Z'],
    },
  },
  archiveLeaderboard: {
    input: () => ({ key: 'nothing' }),
    bad: { key: [...badKeys, null, 'nothing'] },
  },
  backfillLeaderboard: {
    input: () => ({ key: 'nothing', dryRun: true }),
    bad: { key: [...badKeys, null], dryRun: ['true', 1, null, {}] },
  },
});
