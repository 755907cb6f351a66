import { builder } from '../graphql/builder.ts';
import { type Context, known } from '../graphql/context.ts';
import { idempotencyKeyText, withoutNulls } from '../graphql/inputs.ts';
import { MemberByInput, MemberType } from '../graphql/refs.ts';
import { memberRefFor } from '../members/member-access.ts';
import { assert } from '../platform/assert.ts';
import { badgesOf, MemberBadgeType, type OfMember } from './badges.schema.ts';
import {
  type AwardOutcome,
  awardBadge,
  awardBadgeRefusals,
  revokeBadge,
  revokeBadgeRefusals,
} from './change-award.ts';

type Changed = { readonly badge: OfMember; readonly replayed: boolean };

const payload = (name: string, description: string) =>
  builder.objectRef<Changed>(name).implement({
    description,
    fields: (t) => ({
      member: t.field({
        type: MemberType,
        description: 'Whose badge it is.',
        resolve: ({ badge }) => badge.member,
      }),
      badge: t.expose('badge', { type: MemberBadgeType, description: 'The badge as it is now.' }),
      replayed: t.exposeBoolean('replayed', {
        description: 'True when an earlier call with the same key had done it.',
      }),
    }),
  });

const ofInput = (name: string, reasonText: string) =>
  builder.inputType(name, {
    description: `Input of ${name[0]?.toLowerCase()}${name.slice(1, -'Input'.length)}.`,
    fields: (t) => ({
      member: t.field({ type: MemberByInput, required: true, description: 'Whose badge.' }),
      badge: t.string({ required: true, description: 'Key of the badge.' }),
      reason: t.string({ required: true, description: reasonText }),
      idempotencyKey: t.string({ description: idempotencyKeyText }),
    }),
  });

const reasonText = 'Why, for the member, 1 to 500 characters.';
const RevokeBadgeInput = ofInput('RevokeBadgeInput', reasonText);
const AwardBadgeInput = ofInput('AwardBadgeInput', reasonText);
type Given = typeof RevokeBadgeInput.$inferInput;

/** Runs a change of an award, and reads what it left. */
async function changed(
  context: Context,
  change: typeof revokeBadge,
  input: Given,
): Promise<Changed> {
  const member = await memberRefFor(context, input.member);
  const command = { ...withoutNulls(input), member };
  const outcome = await change(context.app, known(context.viewer), command);
  return { badge: await awardOf(context, outcome), replayed: outcome.replayed };
}

async function awardOf(context: Context, { memberId, ruleId }: AwardOutcome): Promise<OfMember> {
  const member = await context.loaders.members.load(memberId);
  assert(member !== undefined, 'the member of an award exists');
  context.app.rules.forget(member.programId); // The badge may be younger than what is known.
  const found = (await badgesOf(context, member)).find(({ badge }) => badge.ruleId === ruleId);
  assert(found !== undefined, 'what was awarded is shown');
  return found;
}

builder.mutationFields((t) => ({
  revokeBadge: t.field({
    type: payload('RevokeBadgePayload', 'The member has the badge no more.'),
    nullable: true,
    description:
      'Takes a badge back from a member, who is told why. It is not awarded again by itself: ' +
      'awardBadge gives it back. A repeat changes nothing. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: RevokeBadgeInput, required: true, description: 'Which, and why.' }),
    },
    errors: {
      types: revokeBadgeRefusals,
      union: { name: 'RevokeBadgeResult', description: 'What revokeBadge answers.' },
    },
    resolve: (_root, { input }, context) => changed(context, revokeBadge, input),
  }),
  awardBadge: t.field({
    type: payload('AwardBadgePayload', 'The member has the badge.'),
    nullable: true,
    description:
      'Awards a badge in force by hand, or gives a revoked one back. Who has it keeps it as it ' +
      'is. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: AwardBadgeInput, required: true, description: 'Which, and why.' }),
    },
    errors: {
      types: awardBadgeRefusals,
      union: { name: 'AwardBadgeResult', description: 'What awardBadge answers.' },
    },
    resolve: (_root, { input }, context) => changed(context, awardBadge, input),
  }),
}));
