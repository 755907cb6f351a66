/** How operators end what they set (ADR 9): retire a rule, withdraw a version, discard a draft. */
import { z } from 'zod';
import type { KnownViewer } from '../auth/viewer.ts';
import { instant } from '../engine/inputs.ts';
import type { RuleVersion } from '../generated/prisma/client.ts';
import { parseOrRefuse } from '../platform/refusal.ts';
import {
  type SettingsChange as Change,
  changeSettings,
  type SettingsTools,
} from '../programs/change-settings.ts';
import { draftNamed } from './admin.ts';
import {
  audit,
  bumpConfig,
  endVersion,
  missing,
  name,
  notPast,
  parsed,
  reread,
  ruleNamed,
  summariesOf,
  summaryOf,
} from './change.ts';
import { type Interval, otherRules, tasksThatNeed } from './others.ts';
import { strandedRules } from './publish-checks.ts';
import {
  endOf,
  judgingVersions,
  type PublishedVersion,
  type RuleRow,
  versionAfter,
} from './rule-rows.ts';
import {
  RuleHasNoDraft,
  RuleNeeded,
  RuleNotInForce,
  RuleVersionNotScheduled,
} from './rules.refusals.ts';
import { ruleName } from './versioned.ts';

export const retireRuleRefusals = [RuleNotInForce, RuleNeeded];
export const withdrawRuleVersionRefusals = [RuleVersionNotScheduled, RuleNeeded];
export const discardDraftRefusals = [RuleHasNoDraft];

const retirement = z.intersection(name, z.object({ at: instant.optional() }));
const withdrawal = z.intersection(name, z.object({ version: z.number().int().positive() }));

/** A rule as a change left it, and the versions that have another end since. */
export type Ended = { readonly rule: RuleRow; readonly ended: readonly RuleVersion[] };

/**
 * Ends the rule at an instant, now unless said otherwise. Versions that would start then or later
 * are withdrawn: they end as they start, and so judge nothing. A draft stays.
 */
export async function retireRule(
  tools: SettingsTools,
  viewer: KnownViewer,
  raw: z.input<typeof retirement>,
): Promise<Ended> {
  const { kind, key, at: given } = parseOrRefuse(retirement, raw);
  return changeSettings(tools, viewer, async (changed) => {
    const at = notPast('at', given, changed.now);
    const rule = await ruleNamed(changed, { kind, key });
    if (kind === 'CHECK_IN_PLAN') throw new RuleNeeded();
    const ending =
      rule === null ? [] : judgingVersions(rule).filter((version) => at.getTime() < endOf(version));
    if (rule === null || ending.length === 0) {
      throw new RuleNotInForce(await missing(changed, { kind, key }));
    }
    const needing = kind === 'TASK' ? await tasksThatNeed(changed, rule, at) : [];
    if (needing.length > 0) {
      throw new RuleNeeded(`Tasks need it: ${needing.join(', ')}. Retire or change them first.`);
    }
    if (kind === 'TIERS') await refuseStranding(changed, rule, [], { startsAt: at, endsAt: null });
    const ends = ending.map((version) => ({
      version,
      endsAt: new Date(Math.max(at.getTime(), version.startsAt.getTime())),
    }));
    return setEnds(changed, 'retireRule', rule, ends);
  });
}

/**
 * Takes back a version that has not started: it ends as it starts. The version that it would have
 * ended goes on as long as it would have without it.
 */
export async function withdrawRuleVersion(
  tools: SettingsTools,
  viewer: KnownViewer,
  raw: z.input<typeof withdrawal>,
): Promise<Ended> {
  const { kind, key, version: number } = parseOrRefuse(withdrawal, raw);
  return changeSettings(tools, viewer, async (changed) => {
    const rule = await ruleNamed(changed, { kind, key });
    const version = rule?.versions.find((one) => one.version === number);
    if (rule === null || version === undefined) {
      const why = await missing(changed, { kind, key });
      throw new RuleVersionNotScheduled(why ?? `This rule has no version ${number}.`);
    }
    const withdrawn = scheduled(version, changed.now);
    const earlier = await endedBy(changed, rule, withdrawn);
    if (earlier === undefined && kind === 'CHECK_IN_PLAN') throw new RuleNeeded();
    if (kind === 'TIERS') {
      const { levels } =
        earlier === undefined ? { levels: [] } : parsed('TIERS', earlier.version.definition);
      const { startsAt, endsAt } = withdrawn;
      await refuseStranding(changed, rule, levels, { startsAt, endsAt });
    }
    const ends = [
      { version: withdrawn, endsAt: withdrawn.startsAt },
      ...(earlier === undefined ? [] : [earlier]),
    ];
    return setEnds(changed, 'withdrawRuleVersion', rule, ends);
  });
}

/** Deletes a rule's draft; a rule that was never published goes with it (null). */
export async function discardDraft(
  tools: SettingsTools,
  viewer: KnownViewer,
  raw: z.input<typeof name>,
): Promise<RuleRow | null> {
  const named = parseOrRefuse(name, raw);
  return changeSettings(tools, viewer, async (changed) => {
    const { tx } = changed;
    const { rule, draft } = await draftNamed(changed, named);
    const { ruleId, version } = draft;
    await tx.ruleVersion.delete({ where: { ruleId_version: { ruleId, version } } });
    await audit(changed, 'discardDraft', rule, summaryOf(draft), {});
    if (rule.versions.length > 1) return reread(tx, rule);
    await tx.rule.delete({ where: { id: ruleId } });
    return null;
  });
}

function scheduled(version: RuleVersion, now: Date): PublishedVersion {
  const { version: number, startsAt, endsAt } = version;
  if (startsAt === null) {
    throw new RuleVersionNotScheduled(`Version ${number} is a draft: discardDraft deletes it.`);
  }
  if (startsAt.getTime() === endsAt?.getTime()) {
    throw new RuleVersionNotScheduled(`Version ${number} was withdrawn before.`);
  }
  if (startsAt <= now) {
    const why = `Version ${number} has started: retireRule ends it, or publish the next version.`;
    throw new RuleVersionNotScheduled(why);
  }
  return { ...version, startsAt };
}

type End = { readonly version: RuleVersion; readonly endsAt: Date | null };

/**
 * The version that ended as another started, with the end it had before: the audit row of the
 * publication says. A rule that was retired meanwhile stays so, and what follows stays, too.
 */
async function endedBy(
  { tx, programId }: Change,
  rule: RuleRow,
  withdrawn: PublishedVersion,
): Promise<End | undefined> {
  const row = await tx.auditEntry.findFirst({
    where: {
      programId,
      action: 'publishRule',
      target: ruleName(rule.kind, rule.key),
      after: { path: ['version'], equals: withdrawn.version },
    },
  });
  const { before, after } = publicationRow.parse(row);
  const earlier = rule.versions.find(
    ({ version, endsAt }) =>
      version === before?.version && endsAt?.getTime() === withdrawn.startsAt.getTime(),
  );
  if (earlier === undefined || before === null) return undefined;
  const retiredAt = after.endsAt?.getTime() === endOf(withdrawn) ? null : withdrawn.endsAt;
  const next = versionAfter(rule, withdrawn.startsAt)?.startsAt ?? null;
  const ends = [before.endsAt, retiredAt, next].filter((end) => end !== null);
  const endsAt = ends.sort((a, b) => a.getTime() - b.getTime())[0] ?? null;
  return { version: earlier, endsAt };
}

const summary = z.object({ version: z.number(), endsAt: z.coerce.date().nullable() });
const publicationRow = z.object({ before: summary.nullable(), after: summary });

async function refuseStranding(
  changed: Change,
  rule: RuleRow,
  levels: readonly { readonly key: string }[],
  interval: Interval,
): Promise<void> {
  const stranded = strandedRules(levels, await otherRules(changed, rule, interval));
  if (stranded.length === 0) return;
  throw new RuleNeeded(`The tiers are needed: ${stranded.join('; ')}. Retire that first.`);
}

async function setEnds(
  changed: Change,
  action: string,
  rule: RuleRow,
  ends: readonly End[],
): Promise<Ended> {
  const ended: RuleVersion[] = [];
  for (const { version, endsAt } of ends) {
    ended.push(await endVersion(changed.tx, version, endsAt));
  }
  await bumpConfig(changed);
  const before = ends.map(({ version }) => version);
  await audit(changed, action, rule, summariesOf(before), summariesOf(ended));
  return { rule: await reread(changed.tx, rule), ended };
}
