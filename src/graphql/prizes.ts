/** Prizes as callers give and read them: of leaderboards, of challenges, and of settled seasons. */
import type { PrizeBand, Prizes } from '../settlements/prizes.ts';
import { builder } from './builder.ts';
import { ExpiryInput, ExpiryType } from './expiry.ts';
import { withoutNulls } from './inputs.ts';

export const PrizeTiesEnum = builder.enumType('PrizeTies', {
  description:
    'What those win who are ranked equal. With the rank mode UNIQUE nobody is: places decide alone.',
  values: {
    SHARE: {
      description:
        'They share the prizes of their places evenly; points that cannot be divided go, one each, ' +
        'to who is listed first.',
    },
    ALL: {
      description:
        'Each wins the prize of the best of their places. When the budget cannot pay that, they ' +
        'share what is left of it as with SHARE, and those behind them win nothing.',
    },
    FIRST: { description: 'They win by the order of the list: who reached the score first.' },
  },
});

const BandInput = builder.inputType('PrizeBandInput', {
  description: 'What each of some places wins.',
  fields: (t) => ({
    from: t.int({
      required: true,
      description: 'The first place; 1, or the one behind the band before.',
    }),
    to: t.int({ required: true, description: 'The last place, included; at most 10,000.' }),
    points: t.field({
      type: 'SafeInt',
      required: true,
      description: 'Points for each place, 1 or more; no more than better places win.',
    }),
  }),
});

export const PrizesInput = builder.inputType('PrizesInput', {
  description:
    'What is won once a season is frozen. Places are counted through the list whatever the rank ' +
    'mode: behind ranks 1, 2, 2 comes place 4. Scores win that are above 0 (of challenges with ' +
    'attempts: any).',
  fields: (t) => ({
    bands: t.field({
      type: [BandInput],
      description: '1 to 100 bands of places, from the first place on without gaps.',
    }),
    ties: t.field({
      type: PrizeTiesEnum,
      description: 'What those win who are ranked equal; SHARE when absent.',
    }),
    each: t.field({
      type: 'SafeInt',
      description:
        'Instead of bands and ties, for the goal EVERYONE_AT_TARGET alone: points for everyone who ' +
        'reached the target; when the budget cannot pay that, they share it evenly.',
    }),
    budget: t.field({
      type: 'SafeInt',
      description:
        'Points that one season pays at most. Required with ALL and with each; the sum of all bands ' +
        'when absent.',
    }),
    expiry: t.field({
      type: ExpiryInput,
      description:
        'When the points expire, from the local date of the freeze; they never do when absent.',
    }),
  }),
});

type PrizesInputGiven = typeof PrizesInput.$inferInput | null | undefined;

/** Prizes as operations take them; null takes them away. */
export const prizesGiven = (prizes: PrizesInputGiven) => {
  if (prizes === null || prizes === undefined) return prizes;
  const { bands, expiry, ...given } = withoutNulls(prizes);
  return {
    ...given,
    ...(bands !== undefined && { bands: [...bands] }),
    ...(expiry !== undefined && { expiry: withoutNulls(expiry) }),
  };
};

const BandType = builder.objectRef<PrizeBand>('PrizeBand').implement({
  description: 'What each of some places wins.',
  fields: (t) => ({
    from: t.exposeInt('from', { description: 'The first place.' }),
    to: t.exposeInt('to', { description: 'The last place, included.' }),
    points: t.expose('points', { type: 'SafeInt', description: 'Points for each place.' }),
  }),
});

export const PrizesType = builder.objectRef<Prizes>('Prizes').implement({
  description:
    'What is won once a season is frozen, by places of the list: behind ranks 1, 2, 2 comes place ' +
    '4. Scores win that are above 0 (of challenges with attempts: any).',
  fields: (t) => ({
    bands: t.field({
      type: [BandType],
      description: 'What places win, from the first on; empty when everyone at the target wins.',
      resolve: ({ bands }) => [...bands],
    }),
    ties: t.expose('ties', {
      type: PrizeTiesEnum,
      description: 'What those win who are ranked equal.',
    }),
    each: t.expose('each', {
      type: 'SafeInt',
      nullable: true,
      description: 'What everyone at the target wins; null: places do.',
    }),
    budget: t.expose('budget', {
      type: 'SafeInt',
      description: 'Points that one season pays at most.',
    }),
    expiry: t.expose('expiry', {
      type: ExpiryType,
      nullable: true,
      description: 'When the points expire, from the local date of the freeze; null: never.',
    }),
    since: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When they were first set: seasons that were over by then win nothing; null: all win.',
      resolve: ({ since }) => (since === null ? null : new Date(since)),
    }),
  }),
});
