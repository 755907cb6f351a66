/** A badge's definition as an input; its fields are those of badge-definition.ts. */
import { builder } from '../graphql/builder.ts';
import { AudienceInput } from './definition-parts.schema.ts';

const BadgeCheckInsInput = builder.inputType('BadgeCheckInsInput', {
  description: 'Days with a check-in.',
  fields: (t) => ({
    total: t.int({ required: true, description: 'So many, 1 to 36,600.' }),
  }),
});

const BadgeStreakInput = builder.inputType('BadgeStreakInput', {
  description: 'Days in a row with a check-in.',
  fields: (t) => ({ days: t.int({ required: true, description: 'So many, 1 to 3,660.' }) }),
});

const BadgePointsInput = builder.inputType('BadgePointsInput', {
  description: 'Points ever earned, less what was reversed. Takes `countsPast: true`.',
  fields: (t) => ({
    lifetime: t.field({ type: 'SafeInt', required: true, description: 'So many, 1 or more.' }),
  }),
});

const BadgeActivitiesInput = builder.inputType('BadgeActivitiesInput', {
  description: 'Activities of a type; those of which every item was returned do not count.',
  fields: (t) => ({
    type: t.string({ required: true, description: 'The type.' }),
    count: t.int({ required: true, description: 'So many, 1 to 10,000.' }),
  }),
});

const BadgeTaskInput = builder.inputType('BadgeTaskInput', {
  description: 'A task that was completed and paid, be it with 0 points.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'Key of the task.' }),
    completions: t.int({
      description: 'In so many of its periods, 1 to 10,000; 1 when absent.',
    }),
  }),
});

const BadgeSeasonInput = builder.inputType('BadgeSeasonInput', {
  description: 'A final rank in a season of a leaderboard.',
  fields: (t) => ({
    leaderboard: t.string({ required: true, description: 'Key of the leaderboard.' }),
    top: t.int({ required: true, description: 'This rank or a better one, 1 to 100.' }),
  }),
});

const BadgeChallengeInput = builder.inputType('BadgeChallengeInput', {
  description: 'A challenge that is settled: `finished: true` or `top`.',
  fields: (t) => ({
    finished: t.boolean({ description: 'Who took part to the end; true, or left out.' }),
    top: t.int({
      description: 'Who won something with this rank or a better one, 1 to 100, or whose team did.',
    }),
    key: t.string({
      description:
        'Of this challenge alone: `season { leaderboard { key } }` of it, challenge:<number>; any ' +
        'if absent.',
    }),
  }),
});

const BadgeCriterionInput = builder.inputType('BadgeCriterionInput', {
  description: 'What earns a badge.',
  isOneOf: true,
  fields: (t) => ({
    checkIns: t.field({ type: BadgeCheckInsInput, description: 'Days with a check-in.' }),
    streak: t.field({ type: BadgeStreakInput, description: 'Days in a row with a check-in.' }),
    points: t.field({ type: BadgePointsInput, description: 'Points ever earned.' }),
    activities: t.field({ type: BadgeActivitiesInput, description: 'Activities of a type.' }),
    task: t.field({ type: BadgeTaskInput, description: 'A completed task.' }),
    season: t.field({ type: BadgeSeasonInput, description: 'A final rank.' }),
    challenge: t.field({ type: BadgeChallengeInput, description: 'A challenge that is over.' }),
  }),
});

export const BadgeInput = builder.inputType('BadgeInput', {
  description: 'Something that a member is awarded once, and for ever. It pays nothing.',
  fields: (t) => ({
    title: t.string({ required: true, description: 'For members, up to 500 characters.' }),
    description: t.string({ description: 'For members, up to 500 characters.' }),
    imageUrl: t.string({
      description: 'An https address of a picture, up to 2,000 characters; none when absent.',
    }),
    audience: t.field({
      type: AudienceInput,
      description: 'Whom it is for, as of when a fact is counted; all when absent.',
    }),
    firstDate: t.field({ type: 'Date', description: 'First local date of facts that count.' }),
    lastDate: t.field({ type: 'Date', description: 'Last local date of facts that count.' }),
    criterion: t.field({
      type: BadgeCriterionInput,
      required: true,
      description: 'What earns it.',
    }),
    countsPast: t.boolean({
      description:
        'Whether what happened before the badge came into force counts, too, and is looked ' +
        'through once it is; false when absent. Activities of the past are not known to badges.',
    }),
  }),
});
