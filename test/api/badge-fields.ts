/** Root fields and mutations of badges, as the tests of every root field ask them. */
import type { Good, Mutation } from './bad-reward-mutations.ts';
import { badIdempotencyKeys, badKeys, badShortTexts } from './bad-values.ts';
import { type Field, member, refusal } from './root-field.ts';

const command = (name: string, type: string): Field => ({
  scope: 'operator',
  operations: (subject) => [
    `mutation { ${name}(input: {${member(subject)}, badge: "none", reason: "x"}) {
       ... on ${type}Payload { member { externalId } } ${refusal} } }`,
  ],
});

export const badgeFields: Readonly<Record<string, Field>> = {
  'Query.badges': {
    scope: 'known',
    operations: () => ['{ badges { key title description imageUrl target lastDate } }'],
  },
  'Mutation.revokeBadge': command('revokeBadge', 'RevokeBadge'),
  'Mutation.awardBadge': command('awardBadge', 'AwardBadge'),
};

/** Mutations of badges. */
export const badBadgeMutations = (good: Good): Record<string, Mutation> => {
  const mutation = {
    input: () => ({ member: { id: good.member }, badge: 'none', reason: 'x' }),
    bad: {
      badge: [...badKeys, null],
      reason: [...badShortTexts, null],
      idempotencyKey: badIdempotencyKeys,
    },
  };
  return { revokeBadge: mutation, awardBadge: mutation };
};
