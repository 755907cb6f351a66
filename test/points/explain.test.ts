import { expect, it } from 'vitest';
import { explainEntry } from '../../src/points/explain.ts';

it.each([
  [1, '1 check-in in all.'],
  [2, '2 check-ins in all.'],
])('a milestone of %i days is told in grammar', (days, expected) => {
  const entry = { kind: 'EARN', amount: 5, sourceType: 'MILESTONE', purpose: 'x' } as const;
  const explanation = { days, cycle: 'EVER' };
  expect(explainEntry({ ruleVersion: null, explanation, ...entry }, 'EN')).toContain(expected);
});
