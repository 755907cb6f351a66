import type { MemberState } from '../engine/rows.ts';
import { builder } from '../graphql/builder.ts';
import { type Context, known } from '../graphql/context.ts';
import { MemberType } from '../graphql/refs.ts';
import { mayReadPrivate, readMember } from '../members/member-access.ts';
import { waitFor } from '../projections/wait-for.ts';
import { badgeTarget } from '../rules/badge-definition.ts';
import { inForce } from '../rules/versioned.ts';
import { tierKeyNow } from '../tiers/standing-now.ts';
import type { BadgeVersion } from './badge-book.ts';
import {
  type MemberBadge,
  memberBadges,
  openBadges,
  progressOf,
  shownProgress,
} from './member-badges.ts';

const BadgeType = builder.objectRef<BadgeVersion>('Badge').implement({
  description: 'Something that members are awarded once. It pays nothing.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Its short name, unique in the program.' }),
    title: t.string({ description: 'What it is.', resolve: ({ definition }) => definition.title }),
    description: t.string({
      nullable: true,
      description: 'More about it.',
      resolve: ({ definition }) => definition.description ?? null,
    }),
    imageUrl: t.string({
      nullable: true,
      description: 'An https address of a picture.',
      resolve: ({ definition }) => definition.imageUrl ?? null,
    }),
    target: t.field({
      type: 'SafeInt',
      description: 'What earns it: days, points, activities, completions; 1 for a place.',
      resolve: ({ definition }) => badgeTarget(definition.criterion),
    }),
    lastDate: t.field({
      type: 'Date',
      nullable: true,
      description: 'Last local date on which it can be earned; null: no end.',
      resolve: ({ definition }) => definition.lastDate ?? null,
    }),
  }),
});

/** A badge, and the member whose it is. */
export type OfMember = MemberBadge & { readonly member: MemberState };

export const MemberBadgeType = builder.objectRef<OfMember>('MemberBadge').implement({
  description: 'A badge as its member sees it.',
  fields: (t) => ({
    badge: t.field({
      type: BadgeType,
      description: 'The badge, as it is now; of one that is in force no more, as it was awarded.',
      resolve: ({ badge }) => badge,
    }),
    progress: t.field({
      type: 'SafeInt',
      description:
        'How far the member is, in the unit of the target and at most that; of a streak the days ' +
        'in a row up to now. 0 or 1 for a place in a season or a challenge.',
      resolve: async (one, _args, { app, loaders }) => {
        if (one.isEarned) return shownProgress(one, 0);
        const program = await app.rules.find(one.member.programId);
        const asked = progressOf(program, one.member, one.badge, app.clock.now());
        const count = typeof asked === 'number' ? asked : await loaders.badgeCounts.load(asked);
        return shownProgress(one, count);
      },
    }),
    target: t.field({
      type: 'SafeInt',
      description: 'What earns it.',
      resolve: ({ badge }) => badgeTarget(badge.definition.criterion),
    }),
    earnedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When the fact happened that earned it, or when it was awarded by hand; null: not yet.',
      resolve: ({ award }) => award?.awardedAt ?? null,
    }),
    revokedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when the member has it no more; null: it is not revoked.',
      resolve: ({ award }) => award?.revokedAt ?? null,
    }),
    reason: t.string({
      nullable: true,
      description: 'Why it was revoked, or awarded by hand; null where no operator did.',
      resolve: ({ award }) => award?.reason ?? null,
    }),
  }),
});

/** A member's badges: awarded, and in force for them. */
export async function badgesOf(
  { app, loaders }: Context,
  member: MemberState,
): Promise<OfMember[]> {
  const program = await app.rules.find(member.programId);
  if (program.badges.length === 0) return [];
  const awards = await loaders.badgeAwards.load(member.memberId);
  const tierKey = await tierKeyNow(app, loaders, member);
  const asked = { member, tierKey, now: app.clock.now() };
  return memberBadges(program, asked, awards).map((one) => ({ member, ...one }));
}

builder.objectField(MemberType, 'badges', (t) =>
  t.field({
    type: [MemberBadgeType],
    description:
      'Badges that the member was awarded, and those in force that are for them, in the order in ' +
      'which they were made. They are awarded a tenth of a second behind what is written; `after` ' +
      'waits for it. For the member and for OPERATOR and SERVICE keys.',
    authScopes: (member, _args, context) => mayReadPrivate(context, member),
    args: {
      earned: t.arg.boolean({
        description:
          'True: only those the member has. False: only the others, revoked ones among them.',
      }),
      after: t.arg({
        type: 'SafeInt',
        description:
          'Position of an event (from a mutation’s payload): waits, 3 seconds at most, until ' +
          'what it earned is awarded; SERVICE_UNAVAILABLE after that.',
      }),
    },
    resolve: async (member, { earned, after }, context) => {
      await waitFor(context.app.badgeProjection, member.programId, after);
      const badges = await badgesOf(context, member);
      return badges.filter(({ isEarned }) => earned == null || earned === isEarned);
    },
  }),
);

builder.queryField('badges', (t) =>
  t.field({
    type: [BadgeType],
    description:
      'The program’s badges in force, in the order in which they were made. Members see those ' +
      'that are for them and can still be earned.',
    authScopes: { known: true },
    resolve: async (_root, _args, context) => {
      const { app, loaders } = context;
      const viewer = known(context.viewer);
      const program = await app.rules.find(viewer.programId);
      const now = app.clock.now();
      if (viewer.kind !== 'member') return inForce(program.badges, now);
      const member = await readMember(context, { externalId: viewer.externalId });
      if (member === undefined) return [];
      const tierKey = await tierKeyNow(app, loaders, member);
      return openBadges(program, { member, tierKey, now });
    },
  }),
);
