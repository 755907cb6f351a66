/**
 * What operators do with rules (ADR 9): draft, publish, retire. One program's rules change one
 * after the other, under a lock of the program's row, and each change leaves an audit row.
 */
import { z } from 'zod';
import type { KnownViewer } from '../auth/viewer.ts';
import { instant, keyText } from '../engine/inputs.ts';
import type { Prisma, RuleVersion } from '../generated/prisma/client.ts';
import { limits } from '../limits.ts';
import { InputError, parseOrRefuse } from '../platform/refusal.ts';
import {
  auditChange,
  type SettingsChange as Change,
  changeSettings,
  type SettingsTools,
} from '../programs/change-settings.ts';
import { type Definitions, parseDefinition, type RuleKind, ruleKinds } from './definition.ts';
import { otherRules, tasksThatNeed } from './other-rules.ts';
import { publishProblems } from './publish-checks.ts';
import {
  draftOf,
  endOf,
  FOREVER,
  findRule,
  judgingVersions,
  type RuleRow,
  versionAfter,
  versionAt,
  withVersions,
} from './rule-rows.ts';
import {
  RuleAlreadyScheduled,
  RuleHasNoDraft,
  RuleNeeded,
  RuleNotInForce,
  RuleNotValid,
} from './rules.refusals.ts';
import { ruleName } from './versioned.ts';

export const draftRuleRefusals = [RuleNotValid];
export const publishRuleRefusals = [RuleHasNoDraft, RuleNotValid, RuleAlreadyScheduled];
export const retireRuleRefusals = [RuleNotInForce, RuleNeeded];

/** Kinds of which a program has one rule, by this key. */
const DEFAULT_KEY = 'default';
const singleKinds: readonly RuleKind[] = ['CHECK_IN_PLAN', 'TIERS', 'POINTS_POLICY'];

const name = z
  .object({ kind: z.enum(ruleKinds), key: keyText })
  .refine(({ kind, key }) => !singleKinds.includes(kind) || key === DEFAULT_KEY, {
    path: ['key'],
    message: `must be ${DEFAULT_KEY}: a program has one rule of this kind`,
  });
const draft = z.intersection(name, z.object({ definition: z.unknown() }));
const publication = z.intersection(
  name,
  z.object({ startsAt: instant.optional(), endsAt: instant.optional() }),
);
const retirement = z.intersection(name, z.object({ at: instant.optional() }));

/** Writes a rule's draft: of a new rule, in place of its draft, or as its next version. */
export async function draftRule(
  tools: SettingsTools,
  viewer: KnownViewer,
  raw: z.input<typeof draft>,
): Promise<RuleRow> {
  const { kind, key, definition: json } = parseOrRefuse(draft, raw);
  const definition = parsed(kind, json);
  return changeSettings(tools, viewer, async (changed) => {
    const { tx, programId, actor, now } = changed;
    const rule =
      (await findRule(tx, { programId, kind, key })) ??
      (await tx.rule.create({
        data: { programId, kind, key, createdAt: now },
        include: withVersions,
      }));
    const before = draftOf(rule);
    const version = before?.version ?? (rule.versions[0]?.version ?? 0) + 1;
    const content = { definition, createdAt: now, createdBy: actor };
    await tx.ruleVersion.upsert({
      where: { ruleId_version: { ruleId: rule.id, version } },
      create: { ruleId: rule.id, version, ...content },
      update: content,
    });
    const after = summaryOf({ version, startsAt: null, endsAt: null, definition });
    await audit(changed, 'draftRule', rule, before && summaryOf(before), after);
    return reread(tx, rule);
  });
}

/**
 * Publishes the draft: it judges facts that happen in [startsAt, endsAt), from now on and without
 * end unless said otherwise. The version in force at its start ends there, and does not come back.
 */
export async function publishRule(
  tools: SettingsTools,
  viewer: KnownViewer,
  raw: z.input<typeof publication>,
): Promise<RuleRow> {
  const { kind, key, ...times } = parseOrRefuse(publication, raw);
  return changeSettings(tools, viewer, async (changed) => {
    const { tx, programId, actor, now } = changed;
    const startsAt = notPast('startsAt', times.startsAt, now);
    const endsAt = times.endsAt ?? null;
    if (endsAt !== null && endsAt <= startsAt) {
      throw new InputError('endsAt', 'must be later than the start');
    }
    const rule = await findRule(tx, { programId, kind, key });
    const published = rule === null ? undefined : draftOf(rule);
    if (rule === null || published === undefined) throw new RuleHasNoDraft();
    const next = versionAfter(rule, startsAt);
    if (next !== undefined && next.startsAt.getTime() < endOf({ endsAt })) {
      throw new RuleAlreadyScheduled(next.startsAt);
    }
    if (kind === 'CHECK_IN_PLAN' && endsAt !== null && endsAt < (next?.startsAt ?? FOREVER)) {
      throw new InputError('endsAt', 'a program always has a check-in plan: this leaves a gap');
    }
    const definition = parsed(kind, published.definition);
    const others = await otherRules(changed, rule, startsAt, endsAt);
    const problems = publishProblems(kind, definition, others);
    if (problems.length > 0) throw new RuleNotValid(problems);
    const before = versionAt(rule, startsAt);
    if (before !== undefined) await endVersion(tx, before, startsAt);
    const interval = { startsAt, endsAt };
    await tx.ruleVersion.update({
      where: { ruleId_version: { ruleId: rule.id, version: published.version } },
      data: {
        ...interval,
        definition: definition as Summary,
        publishedAt: now,
        publishedBy: actor,
      },
    });
    if ('budget' in definition && definition.budget !== null) {
      await tx.ruleBudget.createMany({ data: { ruleId: rule.id }, skipDuplicates: true });
    }
    await bumpConfig(changed);
    const after = summaryOf({ ...published, ...interval, definition });
    await audit(changed, 'publishRule', rule, before && summaryOf(before), after);
    return reread(tx, rule);
  });
}

/**
 * Ends the rule at an instant, now unless said otherwise. Versions that would start then or later
 * are withdrawn: they end as they start, and so judge nothing. A draft stays.
 */
export async function retireRule(
  tools: SettingsTools,
  viewer: KnownViewer,
  raw: z.input<typeof retirement>,
): Promise<RuleRow> {
  const { kind, key, at: given } = parseOrRefuse(retirement, raw);
  return changeSettings(tools, viewer, async (changed) => {
    const { tx, programId, now } = changed;
    const at = notPast('at', given, now);
    if (kind === 'CHECK_IN_PLAN') throw new RuleNeeded();
    const rule = await findRule(tx, { programId, kind, key });
    const ending =
      rule === null ? [] : judgingVersions(rule).filter((version) => at.getTime() < endOf(version));
    if (rule === null || ending.length === 0) throw new RuleNotInForce();
    const needing = kind === 'TASK' ? await tasksThatNeed(changed, rule, at) : [];
    if (needing.length > 0) throw new RuleNeeded(needing);
    for (const version of ending) {
      const isScheduled = version.startsAt >= at;
      await endVersion(tx, version, isScheduled ? version.startsAt : at);
    }
    await bumpConfig(changed);
    const before = versionAt(rule, at) ?? versionAfter(rule, at);
    const after = { endsAt: at.toISOString() };
    await audit(changed, 'retireRule', rule, before && summaryOf(before), after);
    return reread(tx, rule);
  });
}

/** The definition with its defaults filled in. */
function parsed<Kind extends RuleKind>(kind: Kind, json: unknown): Definitions[Kind] {
  const result = parseDefinition(kind, json);
  if (!result.ok) throw new RuleNotValid(result.problems);
  return result.definition;
}

/** The instant meant; the past cannot be changed (S2), and what is just past means now. */
function notPast(field: string, given: Date | undefined, now: Date): Date {
  if (given === undefined) return now;
  if (given.getTime() < now.getTime() - limits.rulePastToleranceMs) {
    throw new InputError(field, `must not be in the past: it is ${now.toISOString()}`);
  }
  return given < now ? now : given;
}

const endVersion = (tx: Change['tx'], { ruleId, version }: RuleVersion, endsAt: Date) =>
  tx.ruleVersion.update({
    where: { ruleId_version: { ruleId, version } },
    data: { endsAt },
  });

/** From its next batch on every node decides by the rules as they are now. */
const bumpConfig = ({ tx, programId }: Change) =>
  tx.program.update({ where: { id: programId }, data: { configVersion: { increment: 1 } } });

type Summary = Prisma.InputJsonObject;

/** A version as audit rows show it. */
const summaryOf = (
  version: Pick<RuleVersion, 'version' | 'startsAt' | 'endsAt'> & { readonly definition: unknown },
): Summary => ({
  version: version.version,
  startsAt: version.startsAt?.toISOString() ?? null,
  endsAt: version.endsAt?.toISOString() ?? null,
  definition: version.definition as Summary,
});

const audit = (
  change: Change,
  action: string,
  { kind, key }: RuleRow,
  before: Summary | undefined,
  after: Summary,
) => auditChange(change, action, ruleName(kind, key), before, after);

const reread = (tx: Change['tx'], { id }: RuleRow): Promise<RuleRow> =>
  tx.rule.findUniqueOrThrow({ where: { id }, include: withVersions });
