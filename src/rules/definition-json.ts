/** Definitions as the API's RuleDefinitionInput takes them: what is answered can be sent again. */
import { factName, type NumberFact } from './condition.ts';
import type { RuleKind } from './definition.ts';
import { kindOfName } from './versioned.ts';

/** Which field of the input means which kind of rule. */
export const kindsByField = {
  earning: 'EARNING',
  campaign: 'CAMPAIGN',
  checkInPlan: 'CHECK_IN_PLAN',
  tiers: 'TIERS',
  pointsPolicy: 'POINTS_POLICY',
  task: 'TASK',
  badge: 'BADGE',
} as const satisfies Record<string, RuleKind>;

/** A stored definition in the words of the input: `{ earning: { … } }`. */
export function definitionJson(kind: RuleKind, definition: unknown): Record<string, unknown> {
  const field = Object.entries(kindsByField).find(([, other]) => other === kind)?.[0] ?? kind;
  return { [field]: outward(definition) };
}

/** Facts by the names of the API's enum, and lists by the field that each type of them has. */
function outward(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(outward);
  if (typeof value !== 'object' || value === null) return value;
  const { fact, attribute } = value as { readonly fact?: unknown; readonly attribute?: unknown };
  const isComparison = typeof fact === 'string' || typeof attribute === 'string';
  if (!isComparison) {
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, outward(part)]));
  }
  const list = typeof fact === 'string' ? 'numbers' : 'texts';
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      if (name === 'fact') return [name, factName(part as NumberFact)];
      return [name === 'oneOf' ? list : name, part];
    }),
  );
}

/** What audit rows say of versions, with their definitions in the words of the input. */
export function auditJson(target: string, json: unknown): unknown {
  const kind = kindOfName(target);
  return kind === undefined ? json : versionsJson(kind, json);
}

function versionsJson(kind: RuleKind, json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json;
  const { definition, versions } = json as { definition?: unknown; versions?: unknown };
  return {
    ...json,
    ...(definition !== undefined && { definition: definitionJson(kind, definition) }),
    ...(Array.isArray(versions) && { versions: versions.map((one) => versionsJson(kind, one)) }),
  };
}
