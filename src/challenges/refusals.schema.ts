import { builder } from '../graphql/builder.ts';
import { refusalInterfaces as interfaces } from '../graphql/refusal-interface.ts';
import type { Problem } from '../rules/shapes.ts';
import { ParticipantStateEnum } from './challenge-enums.schema.ts';
import {
  AttemptOutsideTime,
  AttemptsNotCounted,
  AttemptsUsedUp,
  ChallengeCancelled,
  ChallengeFull,
  ChallengeHasBegun,
  ChallengeNotBegun,
  ChallengeNotForMember,
  ChallengeNotFound,
  ChallengeNotJoinable,
  ChallengeNotValid,
  ChallengeOver,
  InOtherTeam,
  NotCaptain,
  NotInChallenge,
  ParticipationEnded,
  TeamFull,
  TeamNameTaken,
  TeamNotFound,
} from './challenges.refusals.ts';

const ChallengeProblemType = builder.objectRef<Problem>('ChallengeProblem').implement({
  description: 'What is wrong with the settings of a challenge.',
  fields: (t) => ({
    field: t.exposeString('field', { description: 'Where: endsAt, teamRules.top.' }),
    message: t.exposeString('message', { description: 'Why, for operators (English).' }),
  }),
});

builder.objectType(ChallengeNotValid, {
  name: 'ChallengeNotValid',
  description: 'The settings do not go together, or would change the contest for who has joined.',
  interfaces,
  fields: (t) => ({
    problems: t.field({
      type: [ChallengeProblemType],
      description: 'All of them.',
      resolve: ({ problems }) => [...problems],
    }),
  }),
});

builder.objectType(ChallengeNotFound, {
  name: 'ChallengeNotFound',
  description: 'The program has no such challenge.',
  interfaces,
});

builder.objectType(ChallengeCancelled, {
  name: 'ChallengeCancelled',
  description: 'The challenge was called off.',
  interfaces,
  fields: (t) => ({
    cancelledAt: t.expose('cancelledAt', { type: 'DateTime', description: 'When.' }),
  }),
});

builder.objectType(ChallengeOver, {
  name: 'ChallengeOver',
  description: 'The challenge has ended, or its standings are final: too late for this.',
  interfaces,
  fields: (t) => ({
    endsAt: t.expose('endsAt', { type: 'DateTime', description: 'When it ended.' }),
  }),
});

builder.objectType(ChallengeHasBegun, {
  name: 'ChallengeHasBegun',
  description: 'The challenge has begun: too late for this.',
  interfaces,
  fields: (t) => ({
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'When it began.' }),
  }),
});

builder.objectType(ChallengeNotBegun, {
  name: 'ChallengeNotBegun',
  description: 'The challenge has not begun: it can be cancelled, not ended.',
  interfaces,
  fields: (t) => ({
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'When it begins.' }),
  }),
});

builder.objectType(ChallengeNotJoinable, {
  name: 'ChallengeNotJoinable',
  description: 'Joining is not open now.',
  interfaces,
  fields: (t) => ({
    joinFrom: t.expose('joinFrom', { type: 'DateTime', description: 'When it opens.' }),
    joinUntil: t.expose('joinUntil', { type: 'DateTime', description: 'When it is over.' }),
  }),
});

builder.objectType(ChallengeNotForMember, {
  name: 'ChallengeNotForMember',
  description: 'The member is not among those the challenge is for.',
  interfaces,
});

builder.objectType(ChallengeFull, {
  name: 'ChallengeFull',
  description: 'As many participants, or teams, take part as there is room for.',
  interfaces,
  fields: (t) => ({ capacity: t.exposeInt('capacity', { description: 'How many.' }) }),
});

builder.objectType(ParticipationEnded, {
  name: 'ParticipationEnded',
  description: 'Who left during play, or was disqualified, does not come back.',
  interfaces,
  fields: (t) => ({
    state: t.expose('state', { type: ParticipantStateEnum, description: 'Which of the two.' }),
  }),
});

builder.objectType(NotInChallenge, {
  name: 'NotInChallenge',
  description: 'The member does not take part in the challenge, or not in the team.',
  interfaces,
});

builder.objectType(TeamNotFound, {
  name: 'TeamNotFound',
  description: 'The invite code is of no team of the challenge, or of one that is no more.',
  interfaces,
});

builder.objectType(TeamFull, {
  name: 'TeamFull',
  description: 'The team has as many members as it may.',
  interfaces,
  fields: (t) => ({ sizeMax: t.exposeInt('sizeMax', { description: 'How many.' }) }),
});

builder.objectType(TeamNameTaken, {
  name: 'TeamNameTaken',
  description: 'Another team of the challenge has the name, be it one that is no more.',
  interfaces,
});

builder.objectType(InOtherTeam, {
  name: 'InOtherTeam',
  description: 'The member takes part already, in another team: leave that one first.',
  interfaces,
});

builder.objectType(NotCaptain, {
  name: 'NotCaptain',
  description: 'Only the captain of the team may do this.',
  interfaces,
});

builder.objectType(AttemptsNotCounted, {
  name: 'AttemptsNotCounted',
  description: 'The challenge counts something else than attempts.',
  interfaces,
});

builder.objectType(AttemptsUsedUp, {
  name: 'AttemptsUsedUp',
  description: 'The member has made all attempts that one has.',
  interfaces,
  fields: (t) => ({ attemptsMax: t.exposeInt('attemptsMax', { description: 'How many.' }) }),
});

builder.objectType(AttemptOutsideTime, {
  name: 'AttemptOutsideTime',
  description: 'The attempt was not made while attempts of the member count.',
  interfaces,
  fields: (t) => ({
    countsFrom: t.expose('countsFrom', {
      type: 'DateTime',
      description: 'They count from then on.',
    }),
    countsUntil: t.expose('countsUntil', {
      type: 'DateTime',
      description: 'And before this instant.',
    }),
  }),
});
