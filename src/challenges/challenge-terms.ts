/** What an operator sets of a challenge, and everything that is wrong with it. Pure. */
import { z } from 'zod';
import { exact, instant, keyText, shortText } from '../engine/inputs.ts';
import { activityProblems } from '../leaderboards/board-terms.ts';
import { limits } from '../limits.ts';
import { audienceProblems } from '../rules/common-checks.ts';
import type { Tiers } from '../rules/definition.ts';
import { audience } from '../rules/definition-parts.ts';
import { type Problem, wholeNumber } from '../rules/shapes.ts';
import {
  givenOf,
  isLowered,
  type Prizes,
  prizesInput,
  prizesOf,
  prizesProblems,
} from '../settlements/prizes.ts';

const teamRules = z.object({
  /** Members that a team may have. */
  sizeMax: wholeNumber(1, limits.teamSizeMax),
  scoring: z.enum(['SUM', 'AVERAGE', 'TOP_N', 'CAPPED_SUM']).default('SUM'),
  /** Of TOP_N: how many members count. */
  top: wholeNumber(1, limits.teamSizeMax).nullable().default(null),
  /** Of CAPPED_SUM: what one member counts for at most. */
  memberCap: wholeNumber(1, limits.pointsMax).nullable().default(null),
  prizeSplit: z.enum(['EQUAL', 'BY_CONTRIBUTION', 'CAPTAIN']).default('EQUAL'),
});

const settings = z.object({
  title: shortText,
  description: z.literal('').or(shortText),
  audience: audience.nullable(),
  kind: z.enum(['INDIVIDUAL', 'TEAM']),
  metric: z.enum([
    'POINTS_EARNED',
    'POINTS_NET',
    'CHECK_INS',
    'STREAK',
    'ACTIVITY_VALUE',
    'ACTIVITY_COUNT',
    'ATTEMPTS',
  ]),
  activityType: keyText.nullable(),
  rankMode: z.enum(['COMPETITION', 'DENSE', 'UNIQUE']),
  settleDelayMinutes: wholeNumber(0, limits.settleDelayMinutesMax),
  joinFrom: instant,
  joinUntil: instant,
  startsAt: instant,
  endsAt: instant,
  goal: z.enum(['RANKING', 'FIRST_TO_TARGET', 'EVERYONE_AT_TARGET']),
  target: exact.nullable(),
  capacity: wholeNumber(1, limits.challengeCapacityMax).nullable(),
  minimum: wholeNumber(0, limits.challengeCapacityMax),
  tooFew: z.enum(['CANCEL', 'GO_ON']),
  entryFee: wholeNumber(0, limits.entryFeeMax),
  attemptsMax: wholeNumber(1, limits.challengeAttemptsMax).nullable(),
  attemptOperator: z.enum(['BEST', 'SUM', 'LAST']).nullable(),
  teamRules: teamRules.nullable(),
  prizes: prizesInput.nullable(),
});

/** All settings of a challenge. */
export type ChallengeTerms = Omit<z.output<typeof settings>, 'prizes'> & {
  readonly prizes: Prizes | null;
};

export const newChallenge = settings
  .partial()
  .required({ title: true, metric: true, startsAt: true, endsAt: true });
export type NewChallenge = z.input<typeof newChallenge>;

export const challengePatch = settings.partial();
export type ChallengePatch = z.input<typeof challengePatch>;

type Given = z.output<typeof challengePatch>;

/** What is not said of a new challenge. Joining is open from now on until it starts. */
export function newTerms(
  { title, metric, startsAt, endsAt, ...given }: z.output<typeof newChallenge>,
  { now, latenessHours }: { readonly now: Date; readonly latenessHours: number },
): ChallengeTerms {
  const defaults: ChallengeTerms = {
    ...{ title, metric, startsAt, endsAt },
    ...{ description: '', audience: null, kind: 'INDIVIDUAL', activityType: null },
    ...{ rankMode: 'COMPETITION', settleDelayMinutes: latenessHours * 60 },
    ...{ joinFrom: now, joinUntil: startsAt, goal: 'RANKING', target: null },
    ...{ capacity: null, minimum: 0, tooFew: 'GO_ON', entryFee: 0 },
    ...{
      attemptsMax: null,
      attemptOperator: metric === 'ATTEMPTS' ? 'BEST' : null,
      teamRules: null,
      prizes: null,
    },
  };
  return changedTerms(defaults, given);
}

/** Terms with what is given in their place. */
export function changedTerms(before: ChallengeTerms, { prizes, ...given }: Given): ChallengeTerms {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return {
    ...before,
    ...(Object.fromEntries(said) as Partial<ChallengeTerms>),
    prizes: prizes === undefined ? before.prizes : prizes && prizesOf(prizes),
  };
}

/** What of prizes does not go together, or with the goal: as they are given now, or were before. */
export function prizesWrong({ prizes: given }: Given, { prizes, goal }: ChallengeTerms): Problem[] {
  const said = given ?? (prizes && givenOf(prizes));
  return said === null ? [] : prizesProblems(said, goal);
}

/** What does not go together, or with the program as it is. */
export function termsProblems(terms: ChallengeTerms, tiers: Tiers | null): Problem[] {
  return [
    ...timeProblems(terms),
    ...metricProblems(terms),
    ...goalProblems(terms),
    ...roomProblems(terms),
    ...teamProblems(terms),
    ...audienceProblems(terms.audience ?? undefined, tiers),
  ];
}

const problem = (field: string, message: string): Problem => ({ field, message });

function timeProblems(terms: ChallengeTerms): Problem[] {
  const { joinFrom, joinUntil, startsAt, endsAt } = terms;
  const text = (at: Date) => at.toISOString();
  return [
    ...(endsAt > startsAt
      ? []
      : [problem('endsAt', `${text(endsAt)} is not after the start, ${text(startsAt)}`)]),
    ...(joinUntil > joinFrom
      ? []
      : [problem('joinUntil', `${text(joinUntil)} is not after joinFrom, ${text(joinFrom)}`)]),
    ...(joinUntil <= endsAt
      ? []
      : [problem('joinUntil', `${text(joinUntil)} is after the end, ${text(endsAt)}`)]),
    ...(joinFrom <= startsAt
      ? []
      : [problem('joinFrom', `${text(joinFrom)} is after the start, ${text(startsAt)}`)]),
    ...(terms.minimum > 0 && joinFrom.getTime() === startsAt.getTime()
      ? [problem('minimum', 'nobody can join before the start: let joinFrom be earlier')]
      : []),
  ];
}

function metricProblems(terms: ChallengeTerms): Problem[] {
  const { metric, activityType, attemptsMax, attemptOperator } = terms;
  if (metric !== 'ATTEMPTS') {
    const says = `leave it out: ${metric} counts no attempts`;
    return [
      ...activityProblems(metric, activityType ?? undefined),
      ...(attemptsMax === null ? [] : [problem('attemptsMax', says)]),
      ...(attemptOperator === null ? [] : [problem('attemptOperator', says)]),
    ];
  }
  return [
    ...(activityType === null
      ? []
      : [problem('activityType', 'leave it out: ATTEMPTS counts no activities')]),
    ...(attemptOperator === null
      ? [problem('attemptOperator', 'say what several attempts make: BEST, SUM or LAST')]
      : []),
  ];
}

function goalProblems({ goal, target }: ChallengeTerms): Problem[] {
  if (goal === 'RANKING') {
    return target === null ? [] : [problem('target', 'leave it out: a RANKING has no target')];
  }
  if (target === null) return [problem('target', `${goal} needs one: say which score`)];
  // Who has done nothing has no score, and would not have reached it.
  return target < 1 ? [problem('target', 'must be 1 or more')] : [];
}

function roomProblems({ capacity, minimum }: ChallengeTerms): Problem[] {
  if (capacity === null || minimum <= capacity) return [];
  return [problem('minimum', `there is room for ${capacity} only`)];
}

function teamProblems({ kind, teamRules: own, joinUntil, startsAt }: ChallengeTerms): Problem[] {
  if (kind === 'INDIVIDUAL') {
    return own === null ? [] : [problem('teamRules', 'leave it out: the challenge is INDIVIDUAL')];
  }
  if (own === null) return [problem('teamRules', 'say how large teams may be, and how they score')];
  const { scoring, top, memberCap, sizeMax } = own;
  const problems: Problem[] = [];
  if ((scoring === 'TOP_N') !== (top !== null)) {
    const says = scoring === 'TOP_N' ? 'TOP_N needs it: how many count' : `${scoring} has none`;
    problems.push(problem('teamRules.top', says));
  }
  if (top !== null && top > sizeMax) {
    problems.push(problem('teamRules.top', `a team has ${sizeMax} members at most`));
  }
  if ((scoring === 'CAPPED_SUM') !== (memberCap !== null)) {
    const says = scoring === 'CAPPED_SUM' ? 'CAPPED_SUM needs it' : `${scoring} has none`;
    problems.push(problem('teamRules.memberCap', says));
  }
  if (scoring === 'AVERAGE' && joinUntil > startsAt) {
    const says = 'must not be after the start: an AVERAGE is over the roster as of the start';
    problems.push(problem('joinUntil', says));
  }
  return problems;
}

/** What a new time may not be; `before` is undefined for a new challenge. */
export function clockProblems(
  before: ChallengeTerms | undefined,
  { startsAt, joinUntil }: ChallengeTerms,
  now: Date,
): Problem[] {
  const is = `it is ${now.toISOString()}`;
  const isOld = (field: 'startsAt' | 'joinUntil', at: Date) =>
    before?.[field].getTime() === at.getTime();
  return [
    ...(startsAt > now || isOld('startsAt', startsAt)
      ? []
      : [problem('startsAt', `must lie in the future: ${is}`)]),
    ...(joinUntil > now || isOld('joinUntil', joinUntil)
      ? []
      : [problem('joinUntil', `must lie in the future: ${is}`)]),
  ];
}

/** What may change although somebody has joined: it changes nothing for them. */
const open: ReadonlySet<string> = new Set([
  ...['title', 'description', 'audience', 'capacity', 'joinUntil'],
]);

/** What would change the contest for those who have joined, or one that is under way. */
export function fixedProblems(
  before: ChallengeTerms,
  after: ChallengeTerms,
  { why, taken }: { readonly why: string | null; readonly taken: number },
): Problem[] {
  const fields = Object.keys(after) as (keyof ChallengeTerms)[];
  const isPromised = before.prizes === null || !isLowered(before.prizes, after.prizes);
  const changed = fields.filter((field) =>
    field === 'prizes'
      ? !isPromised
      : JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
  const fixed = why === null ? [] : changed.filter((field) => !open.has(field));
  const { capacity } = after;
  return [
    ...fixed.map((field) =>
      field === 'prizes'
        ? problem(
            field,
            `cannot be lowered, be it by a budget that better places use up, nor ties or expiry changed: ${why}`,
          )
        : problem(field, `cannot change: ${why}`),
    ),
    ...(capacity !== null && capacity < taken
      ? [problem('capacity', `${taken} take part already`)]
      : []),
  ];
}
