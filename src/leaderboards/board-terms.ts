/** What an operator sets of a leaderboard, and everything that is wrong with it. Pure. */
import { z } from 'zod';
import { instant, keyText, shortText } from '../engine/inputs.ts';
import { limits } from '../limits.ts';
import type { Tiers } from '../rules/definition.ts';
import { listOf, type Problem, wholeNumber } from '../rules/shapes.ts';
import {
  isLowered,
  type Prizes,
  prizesInput,
  prizesOf,
  prizesProblems,
  setAt,
} from '../settlements/prizes.ts';
import { LeaderboardNotValid } from './boards.refusals.ts';

const metric = z.enum([
  'POINTS_EARNED',
  'POINTS_NET',
  'CHECK_INS',
  'STREAK',
  'ACTIVITY_VALUE',
  'ACTIVITY_COUNT',
  'ATTEMPTS',
]);
const keys = listOf(keyText, 0, limits.leaderboardFilterKeysMax)
  .transform((given) => [...new Set(given)].sort())
  .optional();

/** What may change later on, too. */
const changing = {
  title: shortText,
  rankMode: z.enum(['COMPETITION', 'DENSE', 'UNIQUE']),
  /** Minutes from the end of a season to its freeze. */
  settleDelayMinutes: wholeNumber(0, limits.settleDelayMinutesMax),
  /** Whose facts count; null: everybody's. */
  filter: z.object({ tiers: keys, tags: keys }).nullable(),
  /** Seasons lie within [startsAt, endsAt); null: without bound. */
  startsAt: instant.nullable(),
  endsAt: instant.nullable(),
  /** What places of a season win; null: nothing. */
  prizes: prizesInput.nullable(),
};

export const newBoard = z
  .object(changing)
  .partial()
  .extend({
    key: keyText,
    title: shortText,
    metric,
    activityType: keyText.optional(),
    cadence: z.enum(['ALL_TIME', 'DAILY', 'WEEKLY', 'MONTHLY']),
  });
export type NewBoard = z.input<typeof newBoard>;

export const boardPatch = z.object(changing).partial().extend({ key: keyText });
export type BoardPatch = z.input<typeof boardPatch>;

/** The settings that may change, as they are stored. */
export type BoardTerms = {
  readonly title: string;
  readonly rankMode: z.output<typeof changing.rankMode>;
  readonly settleDelayMinutes: number;
  readonly tiers: string[];
  readonly tags: string[];
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly prizes: Prizes | null;
};

/** Terms with what is given in their place. */
export function changedTerms(
  before: BoardTerms,
  { filter, ...given }: Omit<z.output<typeof boardPatch>, 'key'>,
  now: Date,
): BoardTerms {
  const { startsAt, endsAt, prizes } = given;
  return {
    title: given.title ?? before.title,
    rankMode: given.rankMode ?? before.rankMode,
    settleDelayMinutes: given.settleDelayMinutes ?? before.settleDelayMinutes,
    tiers: filter === undefined ? before.tiers : (filter?.tiers ?? []),
    tags: filter === undefined ? before.tags : (filter?.tags ?? []),
    startsAt: startsAt === undefined ? before.startsAt : startsAt,
    endsAt: endsAt === undefined ? before.endsAt : endsAt,
    prizes:
      prizes === undefined ? before.prizes : setAt(prizes && prizesOf(prizes), before.prizes, now),
  };
}

export type Surroundings = { readonly tiers: Tiers | null; readonly now: Date };

/** What does not go together, or with the program as it is. */
export function termsProblems(terms: BoardTerms, { tiers }: Surroundings): Problem[] {
  const { startsAt, endsAt } = terms;
  const problems: Problem[] = [];
  if (startsAt !== null && endsAt !== null && endsAt <= startsAt) {
    const message = `${endsAt.toISOString()} is not after the start, ${startsAt.toISOString()}`;
    problems.push({ field: 'endsAt', message });
  }
  const known = (tiers?.levels ?? []).map(({ key }) => key);
  for (const [index, tier] of terms.tiers.entries()) {
    if (known.includes(tier)) continue;
    const there = known.length === 0 ? 'the program has no tiers' : `there are ${known.join(', ')}`;
    problems.push({
      field: `filter.tiers.${index}`,
      message: `there is no tier ${tier}: ${there}`,
    });
  }
  return problems;
}

/** What of prizes that are given does not go together. */
export const prizesGivenProblems = ({ prizes }: Pick<z.output<typeof boardPatch>, 'prizes'>) =>
  prizes === undefined || prizes === null ? [] : prizesProblems(prizes, 'RANKING');

/** An end that is over would end what has been seen to go on. */
export const endProblems = ({ endsAt }: BoardTerms, now: Date): Problem[] =>
  endsAt === null || endsAt > now
    ? []
    : [
        {
          field: 'endsAt',
          message: `${endsAt.toISOString()} is over: it is ${now.toISOString()}`,
        },
      ];

/** The ACTIVITY_ metrics count one type of activities, the others none. */
export function activityProblems(
  counted: z.output<typeof metric>,
  activityType: string | undefined,
): Problem[] {
  if (counted === 'ATTEMPTS') {
    return [{ field: 'metric', message: 'attempts are made in challenges: createChallenge' }];
  }
  const field = 'activityType';
  const counts = counted === 'ACTIVITY_VALUE' || counted === 'ACTIVITY_COUNT';
  if (counts && activityType === undefined) {
    return [{ field, message: `${counted} counts activities of one type: say which` }];
  }
  if (counts || activityType === undefined) return [];
  return [{ field, message: `leave it out: ${counted} counts no activities` }];
}

const isFiltered = ({ tiers, tags }: BoardTerms) => tiers.length > 0 || tags.length > 0;

/** What would change rankings that members have seen. */
export function historyProblems(before: BoardTerms, after: BoardTerms, now: Date): Problem[] {
  const hasBegun = before.startsAt === null || before.startsAt <= now;
  const problems: Problem[] = [];
  if (hasBegun && before.startsAt?.getTime() !== after.startsAt?.getTime()) {
    const message = 'cannot change: the leaderboard has begun, and its seasons would be others';
    problems.push({ field: 'startsAt', message });
  }
  if (!hasBegun && after.startsAt !== null && after.startsAt <= now) {
    const message = `must lie in the future: it is ${now.toISOString()}`;
    problems.push({ field: 'startsAt', message });
  }
  if (hasBegun && before.rankMode !== after.rankMode) {
    const message =
      'cannot change: members have seen ranks by the old one; make another leaderboard';
    problems.push({ field: 'rankMode', message });
  }
  if (hasBegun && isFiltered(before) !== isFiltered(after)) {
    const message = isFiltered(before)
      ? 'cannot be taken away: the leaderboard has begun, and others were not counted'
      : 'cannot be added: the leaderboard has begun, and everybody was counted';
    problems.push({ field: 'filter', message: `${message}; make another leaderboard` });
  }
  if (hasBegun && before.prizes !== null && isLowered(before.prizes, after.prizes)) {
    const message =
      'cannot be lowered, be it by a budget that better places use up, nor ties or expiry changed: ' +
      'the leaderboard has begun, and they were promised';
    problems.push({ field: 'prizes', message });
  }
  if (before.endsAt?.getTime() === after.endsAt?.getTime()) return problems;
  if (before.endsAt !== null && before.endsAt <= now) {
    const message = `cannot change: the leaderboard is over since ${before.endsAt.toISOString()}`;
    return [...problems, { field: 'endsAt', message }];
  }
  return [...problems, ...endProblems(after, now)];
}

/** Refuses with all problems, if there are any. */
export function refuseFor(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new LeaderboardNotValid(problems);
}
