/** The settings of a challenge as inputs. */
import { builder } from '../graphql/builder.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import { PrizesInput, prizesGiven } from '../graphql/prizes.ts';
import { AudienceInput, MetricEnum, RankModeEnum } from '../graphql/refs.ts';
import {
  AttemptOperatorEnum,
  ChallengeGoalEnum,
  ChallengeKindEnum,
  TeamPrizeSplitEnum,
  TeamScoringEnum,
  TooFewParticipantsEnum,
} from './challenge-enums.schema.ts';

const TeamRulesInput = builder.inputType('TeamRulesInput', {
  description: 'How teams are made up, score and share.',
  fields: (t) => ({
    sizeMax: t.int({ required: true, description: 'Members that a team may have, 1 to 1,000.' }),
    scoring: t.field({ type: TeamScoringEnum, description: 'How a team scores; SUM when absent.' }),
    top: t.int({ description: 'Of TOP_N, and only of that: how many members count.' }),
    memberCap: t.field({
      type: 'SafeInt',
      description: 'Of CAPPED_SUM, and only of that: what one member counts for at most.',
    }),
    prizeSplit: t.field({
      type: TeamPrizeSplitEnum,
      description: 'How a team’s prize is split; EQUAL when absent.',
    }),
  }),
});

/** What leaving a field out means, which is where a new challenge and a patch differ. */
const wordsFor = (isNew: boolean) => ({
  byDefault: (what: string, absent: string) =>
    isNew ? `${what}; ${absent} when absent.` : `${what}.`,
  cleared: (what: string, without: string) =>
    isNew ? `${what}; ${without} when absent.` : `${what}; null: ${without}.`,
});

type Fields = Parameters<NonNullable<Parameters<typeof builder.inputType>[1]['fields']>>[0];

/** The same fields for a new challenge and for a patch. */
function settingsInput(name: string, isNew: boolean, description: string) {
  return builder.inputType(name, {
    description,
    fields: (t) => ({
      ...(isNew
        ? {}
        : { challengeId: t.id({ required: true, description: 'Global id of the challenge.' }) }),
      ...contestFields(t, isNew),
      ...joiningFields(t, isNew),
    }),
  });
}

/** What is played, when, and what wins it. */
function contestFields(t: Fields, isNew: boolean) {
  const { byDefault, cleared } = wordsFor(isNew);
  return {
    title: t.string({ required: isNew, description: 'Its name, 1 to 500 characters.' }),
    description: t.string({ description: 'What it is about, up to 500 characters.' }),
    kind: t.field({
      type: ChallengeKindEnum,
      description: byDefault('Who competes', 'INDIVIDUAL'),
    }),
    metric: t.field({ type: MetricEnum, required: isNew, description: 'What it counts.' }),
    activityType: t.string({
      description: cleared('The type whose activities it counts', 'it counts none'),
    }),
    rankMode: t.field({
      type: RankModeEnum,
      description: byDefault('How it ranks equal scores', 'COMPETITION'),
    }),
    startsAt: t.field({
      type: 'DateTime',
      required: isNew,
      description: 'Play begins then; in the future, where 5 seconds ago counts as now.',
    }),
    endsAt: t.field({
      type: 'DateTime',
      required: isNew,
      description: 'Play is over then: facts count that happened before.',
    }),
    settleDelayMinutes: t.int({
      description: byDefault(
        'Minutes from the end until the standings are final, 0 to 527,040: facts that come by ' +
          'then count',
        'as long as the program takes facts late (72 hours)',
      ),
    }),
    goal: t.field({ type: ChallengeGoalEnum, description: byDefault('What wins it', 'RANKING') }),
    target: t.field({
      type: 'SafeInt',
      description: cleared('The score that reaches the goal', 'none, as a RANKING has'),
    }),
    attemptsMax: t.int({
      description: cleared('Of ATTEMPTS: how many one participant has', 'without bound'),
    }),
    attemptOperator: t.field({
      type: AttemptOperatorEnum,
      description: byDefault('Of ATTEMPTS: what several make', 'BEST'),
    }),
  };
}

/** Who joins, when, and in which teams. */
function joiningFields(t: Fields, isNew: boolean) {
  const { byDefault, cleared } = wordsFor(isNew);
  return {
    joinFrom: t.field({
      type: 'DateTime',
      description: byDefault('Joining opens then, at the latest when play begins', 'now'),
    }),
    joinUntil: t.field({
      type: 'DateTime',
      description: byDefault(
        'Joining is over then, at the latest when play is. Who joins during play counts from ' +
          'joining; not with AVERAGE',
        'when play begins',
      ),
    }),
    audience: t.field({
      type: AudienceInput,
      description: cleared('Who may join, judged as they do', 'everybody'),
    }),
    capacity: t.int({
      description: cleared(
        'Participants, or teams, that it has room for, 1 to 10,000,000',
        'without bound',
      ),
    }),
    minimum: t.int({
      description: byDefault('Participants, or teams, that it needs by its start', '0'),
    }),
    tooFew: t.field({
      type: TooFewParticipantsEnum,
      description: byDefault('What becomes of it with fewer', 'GO_ON'),
    }),
    entryFee: t.field({
      type: 'SafeInt',
      description: byDefault('Points paid to join, 0 to 90,071,992,547,409', '0'),
    }),
    teamRules: t.field({
      type: TeamRulesInput,
      description: 'Of a TEAM challenge, and required there: how teams are made up.',
    }),
    prizes: t.field({
      type: PrizesInput,
      description: isNew
        ? 'What is won once the standings are final; nothing when absent.'
        : 'What is won, instead of what was so far; null: nothing. Once somebody has joined, ' +
          'nobody may win less, and ties and expiry stay.',
    }),
  };
}

export const CreateChallengeInput = settingsInput(
  'CreateChallengeInput',
  true,
  'Input of createChallenge.',
);
export const UpdateChallengeInput = settingsInput(
  'UpdateChallengeInput',
  false,
  'Input of updateChallenge; what is left out stays as it is.',
);

/** Fields that null clears; of the others it means the same as leaving them out. */
const cleared = [
  'audience',
  'capacity',
  'target',
  'activityType',
  'attemptsMax',
  'attemptOperator',
];

type Given = Omit<typeof UpdateChallengeInput.$inferInput, 'challengeId'>;

/** Settings as the operations take them. */
export function settingsOf<Input extends Given>({ audience, teamRules, prizes, ...given }: Input) {
  const clears = Object.entries(given).filter(
    ([field, v]) => v === null && cleared.includes(field),
  );
  return {
    ...withoutNulls(given),
    ...(Object.fromEntries(clears) as object),
    ...(audience !== undefined && { audience: audience && withoutNulls(audience) }),
    ...(teamRules !== undefined && { teamRules: teamRules && withoutNulls(teamRules) }),
    ...(prizes !== undefined && { prizes: prizesGiven(prizes) }),
  };
}
