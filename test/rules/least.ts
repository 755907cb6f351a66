import { parseDefinition, type RuleKind } from '../../src/rules/definition.ts';

/** The least that a definition of each kind must say. */
export const least = {
  EARNING: { trigger: { on: 'ACTIVITY', type: 'purchase' }, points: { fixed: 10 } },
  CAMPAIGN: { when: { firstDate: '2026-06-01', lastDate: '2026-06-30' }, percent: 200 },
  CHECK_IN_PLAN: { ladder: [10, 20] },
  TIERS: { basis: 'LIFETIME', levels: [{ key: 'bronze', name: 'Bronze', threshold: 0 }] },
  POINTS_POLICY: {},
  TASK: {
    ...{ title: 'Share', trigger: { on: 'ACTIVITY', type: 'share' } },
    ...{ target: { count: 2 }, points: 10 },
  },
  BADGE: { title: 'First steps', criterion: { checkIns: { total: 1 } } },
} as const;

/** A definition as it is read, or what is wrong with it, as 'field: message'. */
export function parsed(kind: RuleKind, json: unknown): unknown {
  const result = parseDefinition(kind, json);
  if (result.ok) return result.definition;
  return result.problems.map(({ field, message }) => `${field}: ${message}`);
}
