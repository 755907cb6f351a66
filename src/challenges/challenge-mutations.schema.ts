/** What operators do with challenges. */
import { builder } from '../graphql/builder.ts';
import { type Context, known } from '../graphql/context.ts';
import { fromGlobalId } from '../graphql/ids.ts';
import { withoutNulls } from '../graphql/inputs.ts';
import { ChallengeType } from '../graphql/refs.ts';
import {
  CreateChallengeInput,
  settingsOf,
  UpdateChallengeInput,
} from './challenge-inputs.schema.ts';
import type { ChallengeShape } from './challenge-reads.sql.ts';
import type { NewChallenge } from './challenge-terms.ts';
import {
  cancelChallenge,
  cancelChallengeRefusals,
  createChallenge,
  createChallengeRefusals,
  endChallenge,
  endChallengeRefusals,
  updateChallenge,
  updateChallengeRefusals,
} from './change-challenge.ts';
import { challengeOf } from './teams.schema.ts';

const payload = (name: string, description: string) =>
  builder.objectRef<{ readonly challenge: ChallengeShape }>(name).implement({
    description,
    fields: (t) => ({
      challenge: t.expose('challenge', {
        type: ChallengeType,
        description: 'The challenge as it is now.',
      }),
    }),
  });

const challengeId = 'Global id of the challenge.';

const CancelChallengeInput = builder.inputType('CancelChallengeInput', {
  description: 'Input of cancelChallenge.',
  fields: (t) => ({
    challengeId: t.id({ required: true, description: challengeId }),
    reason: t.string({
      required: true,
      description: 'Why, for members, 1 to 500 characters.',
    }),
  }),
});

const EndChallengeInput = builder.inputType('EndChallengeInput', {
  description: 'Input of endChallenge.',
  fields: (t) => ({
    challengeId: t.id({ required: true, description: challengeId }),
    reason: t.string({ description: 'Why, for the audit trail, 1 to 500 characters.' }),
  }),
});

const idOf = (input: { readonly challengeId?: string | number | null | undefined }) =>
  fromGlobalId('input.challengeId', 'Challenge', String(input.challengeId));

/** The challenge after a change. */
const shown = async (context: Context, id: number) => ({
  challenge: await challengeOf(context, id),
});

builder.mutationFields((t) => ({
  createChallenge: t.field({
    type: payload('CreateChallengePayload', 'The challenge is there.'),
    nullable: true,
    description: 'Makes a challenge with a ranking of its own. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: CreateChallengeInput, required: true, description: 'Its settings.' }),
    },
    errors: {
      types: createChallengeRefusals,
      union: { name: 'CreateChallengeResult', description: 'What createChallenge answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const given = settingsOf(input) as NewChallenge;
      return shown(context, await createChallenge(context.app, known(context.viewer), given));
    },
  }),
  updateChallenge: t.field({
    type: payload('UpdateChallengePayload', 'The challenge is changed.'),
    nullable: true,
    description:
      'Changes settings of a challenge: all of them before anybody has joined; afterwards, and once ' +
      'it has begun, title, description, audience, capacity and joinUntil. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: UpdateChallengeInput, required: true, description: 'What to change.' }),
    },
    errors: {
      types: updateChallengeRefusals,
      union: { name: 'UpdateChallengeResult', description: 'What updateChallenge answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const id = idOf(input);
      const given = { ...settingsOf(input), challengeId: id };
      await updateChallenge(context.app, known(context.viewer), given);
      return shown(context, id);
    },
  }),
  cancelChallenge: t.field({
    type: payload('CancelChallengePayload', 'The challenge is called off.'),
    nullable: true,
    description:
      'Calls a challenge off, until its standings are final: it pays nothing, and entry fees are ' +
      'given back, within a minute or so. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: CancelChallengeInput, required: true, description: 'Which, and why.' }),
    },
    errors: {
      types: cancelChallengeRefusals,
      union: { name: 'CancelChallengeResult', description: 'What cancelChallenge answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const id = idOf(input);
      await cancelChallenge(context.app, known(context.viewer), { ...input, challengeId: id });
      return shown(context, id);
    },
  }),
  endChallenge: t.field({
    type: payload('EndChallengePayload', 'The challenge has ended.'),
    nullable: true,
    description:
      'Ends a challenge that is under way: what happened until now counts, and by that it is settled ' +
      'after its delay. For OPERATOR keys.',
    authScopes: { operator: true },
    args: {
      input: t.arg({ type: EndChallengeInput, required: true, description: 'Which.' }),
    },
    errors: {
      types: endChallengeRefusals,
      union: { name: 'EndChallengeResult', description: 'What endChallenge answers.' },
    },
    resolve: async (_root, { input }, context) => {
      const id = idOf(input);
      const given = { ...withoutNulls(input), challengeId: id };
      await endChallenge(context.app, known(context.viewer), given);
      return shown(context, id);
    },
  }),
}));
