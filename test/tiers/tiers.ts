import type { Tiers } from '../../src/rules/definition.ts';

/** Bronze 0, silver 1,000, gold 5,000, platinum 10,000; otherwise as an operator leaves it. */
export const tiersOf = (changes: Partial<Tiers> = {}): Tiers => ({
  basis: 'CALENDAR_YEAR',
  levels: [
    { key: 'bronze', name: 'Bronze', threshold: 0, percent: 100 },
    { key: 'silver', name: 'Silver', threshold: 1_000, percent: 110 },
    { key: 'gold', name: 'Gold', threshold: 5_000, percent: 150 },
    { key: 'platinum', name: 'Platinum', threshold: 10_000, percent: 200 },
  ],
  evaluation: 'YEARLY',
  downgrade: 'BALANCE_BASED',
  graceDays: 0,
  afterReversal: 'AT_EVALUATION',
  countPending: true,
  ...changes,
});
