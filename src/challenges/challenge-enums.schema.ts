/** Enums of challenges that reads and changes share. */
import { builder } from '../graphql/builder.ts';

export const ChallengeKindEnum = builder.enumType('ChallengeKind', {
  description: 'Who competes in a challenge.',
  values: {
    INDIVIDUAL: { description: 'Members, each for themselves.' },
    TEAM: { description: 'Teams of members.' },
  },
});

export const ChallengeGoalEnum = builder.enumType('ChallengeGoal', {
  description: 'What wins a challenge.',
  values: {
    RANKING: { description: 'The best places when it is over.' },
    FIRST_TO_TARGET: {
      description:
        'Reaching the target, in the order in which they do. A fact that comes late takes no place ' +
        'away; who falls below the target loses theirs.',
    },
    EVERYONE_AT_TARGET: { description: 'Reaching the target, for everyone who does.' },
  },
});

export const TooFewParticipantsEnum = builder.enumType('TooFewParticipants', {
  description:
    'What becomes of a challenge that fewer than its minimum have joined when it starts.',
  values: {
    CANCEL: { description: 'It is cancelled, and entry fees are given back.' },
    GO_ON: { description: 'It is played all the same.' },
  },
});

export const AttemptOperatorEnum = builder.enumType('AttemptOperator', {
  description:
    'What several attempts of a participant make for a score, in whatever order they are recorded.',
  values: {
    BEST: { description: 'The best one; of equal ones the one made first.' },
    SUM: { description: 'All of them together.' },
    LAST: { description: 'The one made last; of the same instant the better one.' },
  },
});

export const TeamScoringEnum = builder.enumType('TeamScoring', {
  description:
    'How the scores of its members make that of a team. Members who left count with what they had ' +
    'by then; who was disqualified does not count.',
  values: {
    SUM: { description: 'All of them together.' },
    AVERAGE: {
      description:
        'Their sum over the number of members when play began, rounded down, whoever scored or left ' +
        'since.',
    },
    TOP_N: { description: 'The sum of the best.' },
    CAPPED_SUM: { description: 'Their sum, none counting for more than a cap.' },
  },
});

export const TeamPrizeSplitEnum = builder.enumType('TeamPrizeSplit', {
  description: 'How a team’s prize is split among those who are members of it at the end.',
  values: {
    EQUAL: { description: 'To equal parts.' },
    BY_CONTRIBUTION: {
      description:
        'By the scores of each, also of those who did not count for a TOP_N, and beyond a cap.',
    },
    CAPTAIN: { description: 'The captain gets all of it.' },
  },
});

export const ChallengePhaseEnum = builder.enumType('ChallengePhase', {
  description:
    'Where a challenge stands now. Joining may go on during play: `joinable` says whether it does.',
  values: {
    SCHEDULED: { description: 'Joining is not open yet.' },
    JOINING: { description: 'Members can join; it has not begun.' },
    READY: { description: 'Joining is over; it has not begun.' },
    ACTIVE: { description: 'It is played.' },
    CLOSING: { description: 'It is over; facts that come late still count.' },
    FROZEN: { description: 'Its standings are final, and its prizes are being paid.' },
    SETTLED: {
      description:
        'Its prizes are paid, and the result is published; without prizes once its standings are final.',
    },
    CANCELLED: { description: 'It was called off: nothing is paid, entry fees are given back.' },
  },
});

export const ParticipantStateEnum = builder.enumType('ParticipantState', {
  description: 'Where somebody stands who joined a challenge.',
  values: {
    JOINED: { description: 'Takes part.' },
    LEFT: { description: 'Has left, or was removed from the team before the start.' },
    DISQUALIFIED: { description: 'Was shut out.' },
  },
});
