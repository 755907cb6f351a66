/** What changes of a program's rules share (ADR 9). */
import { z } from 'zod';
import { keyText } from '../engine/inputs.ts';
import type { Prisma, RuleVersion } from '../generated/prisma/client.ts';
import { limits } from '../limits.ts';
import { InputError } from '../platform/refusal.ts';
import { auditChange, type SettingsChange as Change } from '../programs/change-settings.ts';
import { type Definitions, parseDefinition, type RuleKind, ruleKinds } from './definition.ts';
import { findRule, type RuleRow, withVersions } from './rule-rows.ts';
import { RuleNotValid } from './rules.refusals.ts';
import { ruleName } from './versioned.ts';

/** Kinds of which a program has one rule, by this key. */
const DEFAULT_KEY = 'default';
const singleKinds: readonly RuleKind[] = ['CHECK_IN_PLAN', 'TIERS', 'POINTS_POLICY'];

/** Names a rule. */
export const name = z
  .object({ kind: z.enum(ruleKinds), key: keyText })
  .refine(({ kind, key }) => !singleKinds.includes(kind) || key === DEFAULT_KEY, {
    path: ['key'],
    message: `must be ${DEFAULT_KEY}: a program has one rule of this kind`,
  });
export type RuleName = z.output<typeof name>;

/** The definition with its defaults filled in. */
export function parsed<Kind extends RuleKind>(kind: Kind, json: unknown): Definitions[Kind] {
  const result = parseDefinition(kind, json);
  if (!result.ok) throw new RuleNotValid(result.problems);
  return result.definition;
}

/** The instant meant; the past cannot be changed (S2), and what is just past means now. */
export function notPast(field: string, given: Date | undefined, now: Date): Date {
  if (given === undefined) return now;
  if (given.getTime() < now.getTime() - limits.rulePastToleranceMs) {
    throw new InputError(field, `must not be in the past: it is ${now.toISOString()}`);
  }
  return given < now ? now : given;
}

/** The rule of this name, in the change's program. */
export const ruleNamed = ({ tx, programId }: Change, { kind, key }: RuleName) =>
  findRule(tx, { programId, kind, key });

/**
 * What there is instead of a rule that is not there: it may be of another kind, or its key
 * mistyped. Undefined when the program has it.
 */
export async function missing(
  { tx, programId }: Change,
  { kind, key }: RuleName,
): Promise<string | undefined> {
  const rules = await tx.rule.findMany({
    where: { programId, OR: [{ kind }, { key }] },
    select: { kind: true, key: true },
    orderBy: { id: 'asc' },
  });
  if (rules.some((rule) => rule.kind === kind && rule.key === key)) return undefined;
  const others = rules.filter((rule) => rule.key === key);
  const same = rules.filter((rule) => rule.kind === kind).map((rule) => rule.key);
  const near = same.find((other) => isNear(other, key));
  const none = `There is no ${kind} rule ${key}`;
  if (others.length > 0) {
    return `${none}; there is a ${others.map((rule) => rule.kind).join(' and a ')} of that key.`;
  }
  if (near !== undefined) return `${none}: did you mean ${near}?`;
  if (same.length === 0) return `${none}: there is none of that kind.`;
  const shown = same.slice(0, limits.ruleNamesShownMax);
  const more = same.length > shown.length ? ` and ${same.length - shown.length} more` : '';
  return `${none}: there are ${shown.join(', ')}${more}.`;
}

/** Whether one word becomes the other by at most two letters that are wrong, missing or too many. */
function isNear(a: string, b: string): boolean {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [index, letter] of a.toLowerCase().split('').entries()) {
    const next = [index + 1];
    for (const [at, other] of b.toLowerCase().split('').entries()) {
      const replaced = (row[at] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return (row[b.length] ?? 0) <= 2;
}

export const endVersion = (
  tx: Change['tx'],
  { ruleId, version }: Pick<RuleVersion, 'ruleId' | 'version'>,
  endsAt: Date | null,
) =>
  tx.ruleVersion.update({
    where: { ruleId_version: { ruleId, version } },
    data: { endsAt },
  });

/** From its next batch on every node decides by the rules as they are now. */
export const bumpConfig = ({ tx, programId }: Change) =>
  tx.program.update({ where: { id: programId }, data: { configVersion: { increment: 1 } } });

export type Summary = Prisma.InputJsonObject;

/** A version as audit rows show it. */
export const summaryOf = (
  version: Pick<RuleVersion, 'version' | 'startsAt' | 'endsAt'> & { readonly definition: unknown },
): Summary => ({
  version: version.version,
  startsAt: version.startsAt?.toISOString() ?? null,
  endsAt: version.endsAt?.toISOString() ?? null,
  definition: version.definition as Summary,
});

/** Several versions as audit rows show them, oldest first. */
export const summariesOf = (versions: readonly RuleVersion[]): Summary => ({
  versions: versions.toSorted((a, b) => a.version - b.version).map(summaryOf),
});

export const audit = (
  changed: Change,
  action: string,
  { kind, key }: RuleRow,
  before: Summary | undefined,
  after: Summary,
) => auditChange(changed, action, ruleName(kind, key), before, after);

export const reread = (tx: Change['tx'], { id }: RuleRow): Promise<RuleRow> =>
  tx.rule.findUniqueOrThrow({ where: { id }, include: withVersions });
