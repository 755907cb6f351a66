/** What operators do with rules (ADR 9): draft and publish. retire.ts ends them. */
import { z } from 'zod';
import type { KnownViewer } from '../auth/viewer.ts';
import { instant } from '../engine/inputs.ts';
import type { RuleVersion } from '../generated/prisma/client.ts';
import { InputError, parseOrRefuse } from '../platform/refusal.ts';
import {
  type SettingsChange as Change,
  changeSettings,
  type SettingsTools,
} from '../programs/change-settings.ts';
import {
  audit,
  bumpConfig,
  endVersion,
  missing,
  name,
  notPast,
  parsed,
  type RuleName,
  reread,
  ruleNamed,
  type Summary,
  summaryOf,
} from './change.ts';
import { type Interval, otherRules } from './others.ts';
import { publishProblems, strandedRules } from './publish-checks.ts';
import {
  draftOf,
  endOf,
  FOREVER,
  type RuleRow,
  versionAfter,
  versionAt,
  withVersions,
} from './rule-rows.ts';
import {
  RuleAlreadyScheduled,
  RuleDraftChanged,
  RuleHasNoDraft,
  RuleNotValid,
} from './rules.refusals.ts';
import type { Problem } from './shapes.ts';
import { situationOf } from './situation.ts';
import { warningsOf } from './warnings.ts';

export const draftRuleRefusals = [RuleNotValid, RuleAlreadyScheduled];
export const publishRuleRefusals = [
  RuleHasNoDraft,
  RuleDraftChanged,
  RuleNotValid,
  RuleAlreadyScheduled,
];

/** A rule as a change left it, and what its operator may not have meant. */
export type Changed = { readonly rule: RuleRow; readonly warnings: readonly Problem[] };

const times = z.object({ startsAt: instant.optional(), endsAt: instant.optional() });
const draft = z.intersection(
  name,
  z.object({ definition: z.unknown(), publish: times.optional() }),
);
const publication = z.intersection(
  name,
  times.extend({ version: z.number().int().positive().optional() }),
);

/**
 * Writes a rule's draft: of a new rule, in place of its draft, or as its next version. With
 * `publish` it is published, too; when that is refused, nothing is written.
 */
export async function draftRule(
  tools: SettingsTools,
  viewer: KnownViewer,
  raw: z.input<typeof draft>,
): Promise<Changed> {
  const { publish, definition: json, ...named } = parseOrRefuse(draft, raw);
  const definition = parsed(named.kind, json);
  return changeSettings(tools, viewer, async (changed) => {
    const { tx, programId, actor, now } = changed;
    const rule =
      (await ruleNamed(changed, named)) ??
      (await tx.rule.create({
        data: { programId, ...named, createdAt: now },
        include: withVersions,
      }));
    const before = draftOf(rule);
    const version = before?.version ?? (rule.versions[0]?.version ?? 0) + 1;
    const content = { definition, createdAt: now, createdBy: actor };
    const written = await tx.ruleVersion.upsert({
      where: { ruleId_version: { ruleId: rule.id, version } },
      create: { ruleId: rule.id, version, ...content },
      update: content,
    });
    await audit(changed, 'draftRule', rule, before && summaryOf(before), summaryOf(written));
    if (publish !== undefined) {
      const interval = intervalOf(publish, now, 'publish.');
      return publishDraft(changed, rule, written, interval, 'publish.');
    }
    const interval = { startsAt: now, endsAt: null };
    const others = await otherRules(changed, rule, interval);
    const situation = await situationOf(changed, rule, definition, interval);
    const warnings = warningsOf(named.kind, definition, others, situation);
    return { rule: await reread(tx, rule), warnings };
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
): Promise<Changed> {
  const { kind, key, version, ...given } = parseOrRefuse(publication, raw);
  return changeSettings(tools, viewer, async (changed) => {
    const interval = intervalOf(given, changed.now);
    const { rule, draft: found } = await draftNamed(changed, { kind, key });
    if (version !== undefined && version !== found.version) {
      throw new RuleDraftChanged(version, found.version);
    }
    return publishDraft(changed, rule, found, interval);
  });
}

/** A rule's draft; when there is none, the refusal says what there is instead. */
export async function draftNamed(
  changed: Change,
  named: RuleName,
): Promise<{ readonly rule: RuleRow; readonly draft: RuleVersion }> {
  const rule = await ruleNamed(changed, named);
  const found = rule === null ? undefined : draftOf(rule);
  if (rule === null || found === undefined) {
    throw new RuleHasNoDraft(await missing(changed, named));
  }
  return { rule, draft: found };
}

/** From when to when, which is not the past. `prefix` leads to the fields: 'publish.'. */
function intervalOf(given: z.output<typeof times>, now: Date, prefix = ''): Interval {
  const startsAt = notPast(`${prefix}startsAt`, given.startsAt, now);
  const endsAt = given.endsAt ?? null;
  if (endsAt !== null && endsAt <= startsAt) {
    throw new InputError(`${prefix}endsAt`, 'must be later than the start');
  }
  return { startsAt, endsAt };
}

async function publishDraft(
  changed: Change,
  rule: RuleRow,
  { version, definition: json }: RuleVersion,
  interval: Interval,
  prefix = '',
): Promise<Changed> {
  const { tx, actor, now } = changed;
  const { startsAt, endsAt } = interval;
  const next = versionAfter(rule, startsAt);
  if (next !== undefined && next.startsAt.getTime() < endOf({ endsAt })) {
    throw new RuleAlreadyScheduled(next.startsAt);
  }
  if (rule.kind === 'CHECK_IN_PLAN' && endsAt !== null && endsAt < (next?.startsAt ?? FOREVER)) {
    const message = 'a program always has a check-in plan: this leaves a gap';
    throw new InputError(`${prefix}endsAt`, message);
  }
  const definition = parsed(rule.kind, json);
  const others = await otherRules(changed, rule, interval);
  const problems = [
    ...publishProblems(rule.kind, definition, others),
    ...(await endProblems(changed, rule, endsAt, next?.startsAt)),
  ];
  if (problems.length > 0) throw new RuleNotValid(problems);
  const situation = await situationOf(changed, rule, definition, interval);
  const warnings = warningsOf(rule.kind, definition, others, situation);
  const before = versionAt(rule, startsAt);
  if (before !== undefined) await endVersion(tx, before, startsAt);
  const published = await tx.ruleVersion.update({
    where: { ruleId_version: { ruleId: rule.id, version } },
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
  await audit(changed, 'publishRule', rule, before && summaryOf(before), summaryOf(published));
  return { rule: await reread(tx, rule), warnings };
}

/** Rules that are for a tier after the tiers have ended, when no others follow. */
async function endProblems(
  changed: Change,
  rule: RuleRow,
  endsAt: Date | null,
  next: Date | undefined,
): Promise<Problem[]> {
  if (rule.kind !== 'TIERS' || endsAt === null || next?.getTime() === endsAt.getTime()) return [];
  const after = { startsAt: endsAt, endsAt: next ?? null };
  const stranded = strandedRules([], await otherRules(changed, rule, after));
  return stranded.map((words) => ({
    field: 'endsAt',
    message: `${words}, and there would be no tiers then: leave the end out, or retire it first`,
  }));
}
