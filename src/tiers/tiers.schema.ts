import type { MemberState } from '../engine/rows.ts';
import { builder } from '../graphql/builder.ts';
import type { Context } from '../graphql/context.ts';
import { MemberType } from '../graphql/refs.ts';
import { mayReadPrivate } from '../members/member-access.ts';
import { localDateOf, startOfLocalDate } from '../platform/calendar.ts';
import type { Tiers } from '../rules/definition.ts';
import { type TierStatus, tierStatus } from './evaluation.ts';
import { earnedBy } from './month-sums.ts';
import { standingOf } from './standing.ts';
import { standingNow } from './standing-now.ts';

type TierShape = Tiers['levels'][number] & { readonly level: number };

const TierType = builder.objectRef<TierShape>('Tier').implement({
  description: 'A level of the program’s tiers.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Its key: silver.' }),
    name: t.exposeString('name', { description: 'Its name, for people.' }),
    level: t.exposeInt('level', { description: '0 for the lowest, which everybody has.' }),
    threshold: t.expose('threshold', {
      type: 'SafeInt',
      description: 'Points of the basis from which on it is reached: exactly that many are enough.',
    }),
    percent: t.exposeInt('percent', {
      description: 'Multiplier of what its members earn, in percent; 100 changes nothing.',
    }),
  }),
});

type ProgressShape = Pick<TierStatus, 'basis' | 'pointsToNext' | 'pointsToStay'> & {
  readonly tiers: Tiers;
  readonly level: number;
  readonly evaluatesAt: Date;
  readonly projectedTier: TierShape | null;
};

const TierProgressType = builder.objectRef<ProgressShape>('TierProgress').implement({
  description: 'How far a member is from the next tier, and what it takes to keep this one.',
  fields: (t) => ({
    basis: t.expose('basis', {
      type: 'SafeInt',
      description:
        'The points that count now: all ever earned, those of this month and the 11 before it, ' +
        'or those of this calendar year, as the program’s tiers say.',
    }),
    pointsToNext: t.expose('pointsToNext', {
      type: 'SafeInt',
      nullable: true,
      description: 'Points to the next tier; null at the top.',
    }),
    pointsToStay: t.expose('pointsToStay', {
      type: 'SafeInt',
      description:
        'Points still to be earned for the next evaluation to keep the tier, if earned this ' +
        'month; 0 when it keeps it anyway.',
    }),
    evaluatesAt: t.expose('evaluatesAt', {
      type: 'DateTime',
      description:
        'When the tier is looked at next: an evaluation, or the end of the tiers in force if ' +
        'that comes first. Until then it is never lowered.',
    }),
    projectedTier: t.expose('projectedTier', {
      type: TierType,
      nullable: true,
      description:
        'The tier then, if nothing else happens; null when the program has no tiers then.',
    }),
    nextTier: t.field({
      type: TierType,
      nullable: true,
      description: 'The tier above the present one; null at the top.',
      resolve: ({ tiers, level }) => tierAt(tiers, level + 1),
    }),
  }),
});

const tierAt = ({ levels }: Tiers, level: number): TierShape | null => {
  const tier = levels[level];
  return tier === undefined ? null : { ...tier, level };
};

async function progressOf(member: MemberState, context: Context): Promise<ProgressShape | null> {
  const { rules, now, earned, standing } = await standingNow(context.app, context.loaders, member);
  if (standing.tiers === undefined) return null;
  const { definition: tiers, endsAt } = standing.tiers;
  const { level } = standing;
  const today = localDateOf(now, rules.zone, rules.dayStartMinutes);
  const { sums, lifetime } = earnedBy(now, earned);
  const present = tierStatus(tiers, level, sums, lifetime, today);
  const ends = startOfLocalDate(present.evaluatesOn, rules.zone, rules.dayStartMinutes);
  const evaluatesAt = ends.getTime() < endsAt ? ends : new Date(endsAt);
  // The very evaluation that will be held, and of other tiers if they come into force before it.
  const projected = standingOf(rules, member, earned, evaluatesAt);
  const then = earnedBy(evaluatesAt, earned);
  const { pointsToStay } = tierStatus(tiers, level, then.sums, then.lifetime, today);
  const { basis, pointsToNext } = present;
  return {
    ...{ tiers, level, basis, pointsToNext, evaluatesAt },
    pointsToStay: ends.getTime() < endsAt ? pointsToStay : 0,
    projectedTier:
      projected.tiers === undefined ? null : tierAt(projected.tiers.definition, projected.level),
  };
}

builder.objectFields(MemberType, (t) => ({
  tier: t.field({
    type: TierType,
    nullable: true,
    description: 'The member’s tier; null when the program has no tiers.',
    resolve: async (member, _args, context) => {
      const { tiers, level } = (await standingNow(context.app, context.loaders, member)).standing;
      return tiers === undefined ? null : tierAt(tiers.definition, level);
    },
  }),
  tierProgress: t.field({
    type: TierProgressType,
    nullable: true,
    description:
      'What the next tier takes; null when the program has no tiers. For the member and for ' +
      'OPERATOR and SERVICE keys.',
    authScopes: (member, _args, context) => mayReadPrivate(context, member),
    resolve: (member, _args, context) => progressOf(member, context),
  }),
}));
