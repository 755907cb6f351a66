import type { MemberState } from '../engine/rows.ts';
import { builder } from '../graphql/builder.ts';
import type { Context } from '../graphql/context.ts';
import { MemberType } from '../graphql/refs.ts';
import { mayReadPrivate } from '../members/member-access.ts';
import { localDateOf, startOfLocalDate } from '../platform/calendar.ts';
import type { Tiers } from '../rules/definition.ts';
import { oneInForce } from '../rules/versioned.ts';
import { levelAfterDue, type TierStatus, tierStatus } from './evaluation.ts';
import { levelOf } from './levels.ts';
import { earnedBy, readEarned } from './month-sums.ts';

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

type ProgressShape = TierStatus & {
  readonly tiers: Tiers;
  readonly level: number;
  readonly evaluatesAt: Date;
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
      description: 'When the tier is evaluated next; until then it is never lowered.',
    }),
    projectedTier: t.field({
      type: TierType,
      nullable: true,
      description: 'The tier after the next evaluation, if nothing else happens.',
      resolve: ({ tiers, projectedLevel }) => tierAt(tiers, projectedLevel),
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

/** The tiers in force now; undefined for a program without. */
async function tiersOf(programId: number, { app }: Context): Promise<Tiers | undefined> {
  const { tiers } = await app.rules.find(programId);
  return oneInForce(tiers, app.clock.now())?.definition;
}

async function progressOf(member: MemberState, context: Context): Promise<ProgressShape | null> {
  const tiers = await tiersOf(member.programId, context);
  if (tiers === undefined) return null;
  const { app } = context;
  const { zone, dayStartMinutes } = await app.rules.find(member.programId);
  const now = app.clock.now();
  const dateOf = (at: Date) => localDateOf(at, zone, dayStartMinutes);
  const startOf = (date: string) => startOfLocalDate(date, zone, dayStartMinutes);
  const earned = await readEarned(app.pool, member, tiers, now);
  const present = earnedBy(now, earned);
  const due = member.tierEvaluatesAt;
  const stored = levelOf(tiers, member.tierKey);
  // What is due counts, whether its job has run or not.
  const level =
    due === null || due > now
      ? stored
      : levelAfterDue(tiers, stored, present, dateOf(new Date(due.getTime() - 1)), dateOf(now));
  const today = dateOf(now);
  const status = tierStatus(tiers, level, present.sums, present.lifetime, today);
  const evaluatesAt = startOf(status.evaluatesOn);
  const then = earnedBy(evaluatesAt, earned);
  const { projectedLevel, pointsToStay } = tierStatus(
    tiers,
    level,
    then.sums,
    then.lifetime,
    today,
  );
  return { tiers, level, ...status, evaluatesAt, projectedLevel, pointsToStay };
}

builder.objectFields(MemberType, (t) => ({
  tier: t.field({
    type: TierType,
    nullable: true,
    description: 'The member’s tier; null when the program has no tiers.',
    resolve: async (member, _args, context) => {
      const tiers = await tiersOf(member.programId, context);
      return tiers === undefined ? null : tierAt(tiers, levelOf(tiers, member.tierKey));
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
