/** What is wrong with a badge that its schema accepts, found when it is published (ADR 18). */
import { limits } from '../limits.ts';
import type { Badge } from './badge-definition.ts';
import { audienceProblems, dateProblems, laterTierProblems } from './common-checks.ts';
import { daysOf, type OtherRules } from './other-rules.ts';
import type { Problem } from './shapes.ts';

/** Everything that must be put right before a badge can be published. */
export function badgeProblems(badge: Badge, others: OtherRules): Problem[] {
  const { audience, criterion } = badge;
  return [
    ...dateProblems('', badge, others),
    ...audienceProblems(audience, others.tiers),
    ...laterTierProblems(audience, others.laterTiers, daysOf(badge, others)),
    ...pastProblems(badge),
    ...('task' in criterion ? taskProblems(criterion.task.key, others) : []),
    ...('season' in criterion ? boardProblems(criterion.season.leaderboard, others) : []),
    ...('challenge' in criterion ? challengeProblems(criterion.challenge.key, others) : []),
    ...numberProblems(others),
  ];
}

/** What is known of the past, and what is not. */
function pastProblems({ criterion, countsPast, firstDate, lastDate }: Badge): Problem[] {
  if ('activities' in criterion && countsPast) {
    const message = 'activities are counted from the start on: leave it out';
    return [{ field: 'countsPast', message }];
  }
  if (!('points' in criterion)) return [];
  const why = 'lifetime points are all that were ever earned';
  const given = [
    ...(firstDate === undefined ? [] : ['firstDate']),
    ...(lastDate === undefined ? [] : ['lastDate']),
  ].map((field) => ({ field, message: `${why}: leave it out` }));
  return countsPast ? given : [...given, { field: 'countsPast', message: `must be true: ${why}` }];
}

const taskProblems = (key: string, { tasks }: OtherRules): Problem[] =>
  tasks.some((task) => task.key === key)
    ? []
    : [
        {
          field: 'criterion.task.key',
          message: `there is no task ${key} in force or scheduled in that time`,
        },
      ];

function boardProblems(key: string, { boards }: OtherRules): Problem[] {
  const field = 'criterion.season.leaderboard';
  const board = boards.find((one) => one.key === key);
  if (board === undefined) return [{ field, message: `there is no leaderboard ${key}` }];
  return board.ends ? [] : [{ field, message: `the season of ${key} never ends: nobody wins it` }];
}

const challengeProblems = (key: string | undefined, { challenges }: OtherRules): Problem[] =>
  key === undefined || challenges.includes(key)
    ? []
    : [{ field: 'criterion.challenge.key', message: `there is no challenge ${key}` }];

function numberProblems({ badges }: OtherRules): Problem[] {
  if (badges.length < limits.programBadgesMax) return [];
  const message = `a program has at most ${limits.programBadgesMax} badges in force: retire one`;
  return [{ field: 'definition', message }];
}
