/** Definitions to publish, and what is found wrong with them. */
import { type Definitions, parseDefinition, type RuleKind } from '../../src/rules/definition.ts';
import type { Other } from '../../src/rules/other-rules.ts';
import { type OtherRules, publishProblems } from '../../src/rules/publish-checks.ts';
import { type Situation, warningsOf } from '../../src/rules/warnings.ts';

/** A definition as its schema gives it, with its defaults. */
export function definitionOf<Kind extends RuleKind>(kind: Kind, json: unknown): Definitions[Kind] {
  const parsed = parseDefinition(kind, json);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

/** Another rule, published for ever, and older than the one that is looked at. */
export const other = <Kind extends RuleKind>(
  kind: Kind,
  key: string,
  json: unknown,
  more: Partial<Other<unknown>> = {},
): Other<Definitions[Kind]> => ({
  ...{ key, definition: definitionOf(kind, json), isOlder: true },
  ...{ startsAt: 0, endsAt: Number.POSITIVE_INFINITY },
  ...(more as object),
});

export const campaignOf = (json: unknown) => definitionOf('CAMPAIGN', json);

export const june = { when: { firstDate: '2026-06-01', lastDate: '2026-06-30' }, percent: 200 };
export const buying = { on: 'ACTIVITY', type: 'purchase' };
export const sharing = { on: 'ACTIVITY', type: 'share' };
export const checkingIn = { on: 'CHECK_IN' };
export const enrolling = { on: 'ENROLMENT' };

export const others: OtherRules = {
  campaigns: [
    other('CAMPAIGN', 'summer', { ...june, exclusive: true, triggers: [buying] }),
    other('CAMPAIGN', 'open', june),
  ],
  earning: [],
  laterTiers: [],
  tiers: definitionOf('TIERS', {
    basis: 'LIFETIME',
    levels: [
      { key: 'bronze', name: 'Bronze', threshold: 0 },
      { key: 'silver', name: 'Silver', threshold: 1_000 },
    ],
  }),
  tasks: [],
  badges: [],
  boards: [],
  challenges: [],
  key: 'published',
  today: '2026-05-10',
  startsAt: Date.parse('2026-05-10T08:00:00Z'),
  endsAt: Number.POSITIVE_INFINITY,
  days: { first: '2026-05-10', last: null },
};

export function problems(
  kind: RuleKind,
  json: unknown,
  beside: Partial<OtherRules> = {},
): string[] {
  const found = publishProblems(kind, definitionOf(kind, json), { ...others, ...beside });
  return found.map(({ field, message }) => `${field}: ${message}`);
}

const calm: Situation = {
  ...{ spent: 0, strangeTags: [], strangeTypes: [], keepers: [] },
  ...{ starts: '2026-05-10 10:00', startsMidway: true },
  hasBefore: false,
};

export function warnings(
  kind: RuleKind,
  json: unknown,
  beside: Partial<OtherRules> = {},
  situation: Partial<Situation> = {},
): string[] {
  const all = { ...others, ...beside };
  const found = warningsOf(kind, definitionOf(kind, json), all, { ...calm, ...situation });
  return found.map(({ field, message }) => `${field}: ${message}`);
}

export const purchase = { trigger: buying, points: { fixed: 100 } };
export const table = (...rows: [number, number | null, number][]) => ({
  trigger: buying,
  points: { table: rows.map(([from, below, points]) => ({ from, below, points })) },
});
export const levels = (...rows: [string, number][]) => ({
  basis: 'LIFETIME',
  levels: rows.map(([key, threshold]) => ({ key, name: key, threshold })),
});
export const over = { fact: 'value', is: 'GTE', number: 5 };
export const under = { fact: 'value', is: 'LT', number: 5 };
export const ifMeant = 'would pay nothing: if that is meant, add a row of 0 points';
