/** What operators do with a member's badge: revoke it, or award it by hand. Each tells why. */
import { z } from 'zod';
import type { KnownViewer } from '../auth/viewer.ts';
import { hashInput } from '../engine/idempotency.ts';
import { idempotencyKey, keyText, memberRef, shortText } from '../engine/inputs.ts';
import type { LiveMessage } from '../live/messages.ts';
import { MemberNotFound } from '../members/members.refusals.ts';
import type { Bus } from '../platform/bus.ts';
import { IdempotencyKeyReused, parseOrRefuse } from '../platform/refusal.ts';
import {
  auditChange,
  type SettingsChange as Change,
  changeSettings,
  type SettingsTools,
} from '../programs/change-settings.ts';
import { findRule, versionAt } from '../rules/rule-rows.ts';
import { ruleName } from '../rules/versioned.ts';
import { BadgeNotEarned, BadgeNotFound } from './badges.refusals.ts';

const input = z.object({
  member: memberRef,
  /** Key of the badge. */
  badge: keyText,
  /** For the member. */
  reason: shortText,
  idempotencyKey,
});
export type ChangeAwardInput = z.input<typeof input>;

/** Whose badge it is about. */
export type AwardOutcome = {
  readonly memberId: number;
  readonly ruleId: number;
  readonly replayed: boolean;
};

export const revokeBadgeRefusals = [MemberNotFound, BadgeNotFound, BadgeNotEarned];
export const awardBadgeRefusals = [MemberNotFound, BadgeNotFound];

type Tools = SettingsTools & { readonly bus: Bus };
type Named = z.output<typeof input> & { readonly memberId: bigint };
type Done = { readonly ruleId: number; readonly isChanged: boolean };

/**
 * Takes a badge back, for a reason that its member is told. It is not awarded again by itself. A
 * repeat changes nothing.
 */
export const revokeBadge = (tools: Tools, viewer: KnownViewer, raw: ChangeAwardInput) =>
  changeAward(tools, viewer, raw, 'revokeBadge', async (change, { memberId, badge, reason }) => {
    const { tx, programId, actor, now } = change;
    const rule = await findRule(tx, { programId, kind: 'BADGE', key: badge });
    if (rule === null) throw new BadgeNotFound();
    const memberId_ruleId = { memberId, ruleId: rule.id };
    const award = await tx.badgeAward.findUnique({ where: { memberId_ruleId } });
    if (award === null) throw new BadgeNotEarned();
    const isChanged = award.revokedAt === null;
    if (isChanged) {
      const data = { revokedAt: now, reason, changedBy: actor };
      await tx.badgeAward.update({ where: { memberId_ruleId }, data });
    }
    return { ruleId: rule.id, isChanged };
  });

/** Awards a badge by hand, or gives a revoked one back. Who has it already keeps it as it is. */
export const awardBadge = (tools: Tools, viewer: KnownViewer, raw: ChangeAwardInput) =>
  changeAward(tools, viewer, raw, 'awardBadge', async (change, { memberId, badge, reason }) => {
    const { tx, programId, actor, now } = change;
    const rule = await findRule(tx, { programId, kind: 'BADGE', key: badge });
    const version = rule === null ? undefined : versionAt(rule, now);
    if (rule === null || version === undefined) {
      throw new BadgeNotFound(rule === null ? undefined : 'The badge is not in force.');
    }
    // The projection may be awarding it at this moment.
    const rows = await tx.$executeRaw`
      insert into badge_award as a (member_id, rule_id, program_id, version, awarded_at,
        recorded_at, source, reason, changed_by)
      values (${memberId}, ${rule.id}, ${programId}, ${version.version}, ${now}, ${now}, 'BY_HAND',
        ${reason}, ${actor})
      on conflict (member_id, rule_id) do update set revoked_at = null, reason = excluded.reason,
        changed_by = excluded.changed_by where a.revoked_at is not null`;
    return { ruleId: rule.id, isChanged: rows > 0 };
  });

/** Runs a change once for each idempotency key; subscribers of the member hear of it. */
async function changeAward(
  { bus, ...tools }: Tools,
  viewer: KnownViewer,
  raw: ChangeAwardInput,
  operation: 'revokeBadge' | 'awardBadge',
  work: (change: Change, named: Named) => Promise<Done>,
): Promise<AwardOutcome> {
  const { idempotencyKey: key, ...given } = parseOrRefuse(input, raw);
  const inputHash = hashInput(given);
  const { isChanged, ...outcome } = await changeSettings(tools, viewer, async (change) => {
    const { tx, programId, now } = change;
    const id = key === undefined ? undefined : { programId, operation, scope: 'api', key };
    const kept =
      id && (await tx.receipt.findUnique({ where: { programId_operation_scope_key: id } }));
    if (kept != null) {
      if (!Buffer.from(kept.inputHash).equals(inputHash)) throw new IdempotencyKeyReused();
      const { memberId, ruleId } = kept.outcome as Pick<AwardOutcome, 'memberId' | 'ruleId'>;
      return { memberId, ruleId, replayed: true, isChanged: false };
    }
    const { member: ref } = given;
    const who = 'id' in ref ? { id: BigInt(ref.id) } : { externalId: ref.externalId };
    const member = await tx.member.findFirst({
      where: { programId, ...who },
      select: { id: true },
    });
    if (member === null) throw new MemberNotFound();
    const done = await work(change, { ...given, memberId: member.id });
    const told = { memberId: Number(member.id), ruleId: done.ruleId };
    if (done.isChanged) await noteChange(change, operation, given, told.memberId);
    if (id !== undefined) {
      await tx.receipt.create({
        data: { ...id, inputHash: new Uint8Array(inputHash), outcome: told, createdAt: now },
      });
    }
    return { ...told, replayed: false, isChanged: done.isChanged };
  });
  const message: LiveMessage = { boards: [], members: [outcome.memberId] };
  if (isChanged) bus.publish(message);
  return outcome;
}

/** Leaves the audit row, and lets the member's version grow. */
async function noteChange(
  change: Change,
  operation: string,
  { badge, reason }: Pick<Named, 'badge' | 'reason'>,
  memberId: number,
): Promise<void> {
  const state = operation === 'revokeBadge' ? 'REVOKED' : 'AWARDED';
  const target = ruleName('BADGE', badge);
  await auditChange(change, operation, target, undefined, { memberId, state, reason });
  await change.tx.$executeRaw`
    insert into badge_revision as r (member_id, revision) values (${memberId}, 1)
    on conflict (member_id) do update set revision = r.revision + 1`;
}
