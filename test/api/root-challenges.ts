/** Every root field of challenges, asked once. */
import { type Field, member, refusal, type Subject, soon } from './root-field.ts';

const later = new Date(Date.now() + 7_200_000).toISOString();
const of = ({ challenge }: Subject) => `challengeId: "${challenge}"`;
const about = (subject: Subject) => `${of(subject)}, ${member(subject)}`;
const answer = `__typename ${refusal}`;

export const rootChallenges: Readonly<Record<string, Field>> = {
  'Subscription.challengeChanged': {
    scope: 'known',
    operations: (subject) => [
      `subscription { challengeChanged(id: "${subject.challenge}") { challenge { title }
         standings { score member { externalId displayName } } } }`,
    ],
  },
  'Query.challenge': {
    scope: 'known',
    operations: ({ challenge, position }) => [
      `{ challenge(id: "${challenge}") { title phase season { version }
          participants { edges { node { member { displayName } fee } } }
          teams { edges { node { name inviteCode } } } teamStandings { nodes { rank } } } }`,
      `{ challenge(id: "${challenge}", after: ${position}) { title } }`,
    ],
  },
  'Query.challenges': {
    scope: 'known',
    operations: () => ['{ challenges(phases: [JOINING]) { edges { node { title } } } }'],
  },
  'Mutation.createChallenge': {
    scope: 'operator',
    operations: () => [
      `mutation { createChallenge(input: {title: "T", metric: CHECK_INS, startsAt: "${soon}",
         endsAt: "${later}"}) { __typename } }`,
    ],
  },
  'Mutation.updateChallenge': {
    scope: 'operator',
    operations: (subject) => [
      `mutation { updateChallenge(input: {${of(subject)}, title: "Contest"}) {
         ... on UpdateChallengePayload { challenge { title } } ${refusal} } }`,
    ],
  },
  'Mutation.cancelChallenge': {
    scope: 'operator',
    operations: (subject) => [
      `mutation { cancelChallenge(input: {${of(subject)}, reason: "rain"}) { ${answer} } }`,
    ],
  },
  'Mutation.endChallenge': {
    scope: 'operator',
    operations: (subject) => [`mutation { endChallenge(input: {${of(subject)}}) { ${answer} } }`],
  },
  'Mutation.joinChallenge': {
    scope: 'acts',
    operations: (subject) => [
      `mutation { joinChallenge(input: {${about(subject)}}) { ${answer} } }`,
    ],
  },
  'Mutation.leaveChallenge': {
    scope: 'acts',
    operations: (subject) => [
      `mutation { leaveChallenge(input: {${about(subject)}}) { ${answer} } }`,
    ],
  },
  'Mutation.removeFromTeam': {
    scope: 'acts',
    operations: (subject) => [
      `mutation { removeFromTeam(input: {${about(subject)}}) { ${answer} } }`,
    ],
  },
  'Mutation.transferCaptain': {
    scope: 'acts',
    operations: (subject) => [
      `mutation { transferCaptain(input: {${about(subject)}, to: {id: "${subject.member}"}}) {
         ${answer} } }`,
    ],
  },
  'Mutation.renewInviteCode': {
    scope: 'acts',
    operations: (subject) => [
      `mutation { renewInviteCode(input: {${about(subject)}}) { ${answer} } }`,
    ],
  },
  'Mutation.disqualifyParticipant': {
    scope: 'operator',
    operations: (subject) => [
      `mutation { disqualifyParticipant(input: {${about(subject)}, reason: "x"}) { ${answer} } }`,
    ],
  },
  'Mutation.recordAttempt': {
    scope: 'service',
    operations: (subject) => [
      `mutation { recordAttempt(input: {${about(subject)}, score: 1}) { ${answer} } }`,
    ],
  },
};
