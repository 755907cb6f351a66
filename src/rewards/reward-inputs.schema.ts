/** The terms of a reward as inputs. */
import { builder } from '../graphql/builder.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import { AudienceInput, LimitPeriodEnum, RewardKindEnum } from '../graphql/refs.ts';
import type { RewardPatch } from './edit-terms.ts';
import { RewardStateEnum, RewardVisibilityEnum } from './rewards.schema.ts';

const TierPriceInput = builder.inputType('TierPriceInput', {
  description: 'Another price for members of a tier.',
  fields: (t) => ({
    tier: t.string({ required: true, description: 'Key of the tier.' }),
    price: t.field({ type: 'SafeInt', required: true, description: 'Points for one unit.' }),
  }),
});

const CashInput = builder.inputType('CashInput', {
  description: 'Money that is paid elsewhere.',
  fields: (t) => ({
    amount: t.field({
      type: 'SafeInt',
      required: true,
      description: 'For one unit, in the currency’s smallest unit, such as cents.',
    }),
    currency: t.string({ required: true, description: 'Code of ISO 4217, such as EUR.' }),
  }),
});

const UnitLimitInput = builder.inputType('UnitLimitInput', {
  description: 'How many units one member may have.',
  fields: (t) => ({
    period: t.field({ type: LimitPeriodEnum, required: true, description: 'In which period.' }),
    units: t.int({ required: true, description: 'How many, 1 to 1,000,000.' }),
  }),
});

/** What leaving a field out means, which is where a new reward and a patch differ. */
const wordsFor = (isNew: boolean) => ({
  byDefault: (what: string, absent: string) =>
    isNew ? `${what}; ${absent} when absent.` : `${what}.`,
  cleared: (what: string, without: string) =>
    isNew ? `${what}; ${without} when absent.` : `${what}; null: ${without}.`,
});

/** The same fields for a new reward and for a patch. */
function termsInput(name: string, isNew: boolean, description: string) {
  const { byDefault, cleared } = wordsFor(isNew);
  return builder.inputType(name, {
    description,
    fields: (t) => ({
      title: t.string({ required: isNew, description: 'Its name, 1 to 500 characters.' }),
      description: t.string({ description: 'What it is, up to 500 characters.' }),
      price: t.field({ type: 'SafeInt', required: isNew, description: 'Points for one unit.' }),
      kind: t.field({ type: RewardKindEnum, description: byDefault('What it is', 'VIRTUAL') }),
      state: t.field({
        type: RewardStateEnum,
        description: byDefault('Where it stands', 'ON_SALE'),
      }),
      visibility: t.field({
        type: RewardVisibilityEnum,
        description: byDefault('Who finds it in the catalogue', 'LISTED'),
      }),
      imageUrl: t.string({
        description: cleared('An https address of a picture, up to 2,000 characters', 'none'),
      }),
      tags: t.stringList({ description: 'Keys by which the catalogue is filtered, up to 20.' }),
      tierPrices: t.field({
        type: [TierPriceInput],
        description: 'Other prices for members of tiers, one for a tier.',
      }),
      cash: t.field({
        type: CashInput,
        description: cleared('What is paid in money for one unit besides', 'nothing'),
      }),
      stock: t.int({
        description: cleared(
          'Units there are, 0 or more. Not of a COUPON, whose codes are its stock',
          'unlimited',
        ),
      }),
      audience: t.field({
        type: AudienceInput,
        description: cleared('Whom it is for, at the time of the order', 'everybody'),
      }),
      startsAt: t.field({
        type: 'DateTime',
        description: cleared('It is sold from this instant on', 'at once'),
      }),
      endsAt: t.field({
        type: 'DateTime',
        description: cleared('And before this one, which is not over', 'without end'),
      }),
      limits: t.field({
        type: [UnitLimitInput],
        description: 'Units that one member may have, one limit for a period.',
      }),
      reserveMinutes: t.int({
        description: cleared(
          'Minutes that an order waits for its confirmation, 1 to 43,200. With a cash part there ' +
            'must be some: 15 unless given',
          'it needs none',
        ),
      }),
      memberCancels: t.boolean({
        description: byDefault(
          'Whether members may cancel orders themselves until fulfilment begins',
          'false',
        ),
      }),
    }),
  });
}

export const CreateRewardInput = termsInput('CreateRewardInput', true, 'Input of createReward.');
export const RewardPatchInput = termsInput(
  'RewardPatchInput',
  false,
  'Terms to change: what is left out stays, null clears.',
);

/** Terms as the operations take them; inside an audience null means the same as leaving it out. */
export const patchOf = ({
  audience,
  ...given
}: typeof RewardPatchInput.$inferInput): RewardPatch => ({
  ...given,
  ...(audience !== undefined && { audience: audience && withoutNulls(audience) }),
});
