/** Challenges as they are stored, in their own row and in that of their board. */
import { type Challenge, type Leaderboard, Prisma } from '../generated/prisma/client.ts';
import type { Audience } from '../rules/definition.ts';
import { storedPrizes } from '../settlements/prizes.ts';
import type { ChallengeTerms } from './challenge-terms.ts';

/** The board of a challenge has a key that nobody can type: a colon is in none. */
export const boardKey = (challengeId: bigint | number) => `challenge:${challengeId}`;

const big = (value: number | null) => (value === null ? null : BigInt(value));
const small = (value: bigint | null) => (value === null ? null : Number(value));

/** The columns of a challenge that hold terms. */
export const challengeColumnsOf = (terms: ChallengeTerms) => ({
  title: terms.title,
  description: terms.description,
  audience: terms.audience ?? Prisma.DbNull,
  kind: terms.kind,
  joinFrom: terms.joinFrom,
  joinUntil: terms.joinUntil,
  startsAt: terms.startsAt,
  endsAt: terms.endsAt,
  goal: terms.goal,
  target: big(terms.target),
  capacity: terms.capacity,
  minimum: terms.minimum,
  tooFew: terms.tooFew,
  entryFee: BigInt(terms.entryFee),
  attemptsMax: terms.attemptsMax,
  attemptOperator: terms.attemptOperator,
  teamSizeMax: terms.teamRules?.sizeMax ?? null,
  teamScoring: terms.teamRules?.scoring ?? null,
  teamTop: terms.teamRules?.top ?? null,
  teamMemberCap: big(terms.teamRules?.memberCap ?? null),
  teamPrizeSplit: terms.teamRules?.prizeSplit ?? null,
});

/** The columns of its board that hold terms: one season, the play window. */
export const boardColumnsOf = (terms: ChallengeTerms) => ({
  title: terms.title,
  metric: terms.metric,
  activityType: terms.activityType,
  cadence: 'ALL_TIME' as const,
  rankMode: terms.rankMode,
  settleDelayMinutes: terms.settleDelayMinutes,
  startsAt: terms.startsAt,
  endsAt: terms.endsAt,
  prizes:
    terms.prizes === null ? Prisma.DbNull : { ...terms.prizes, bands: [...terms.prizes.bands] },
});

/** The terms of a stored challenge. They were checked when they were written. */
export const termsOf = (row: Challenge, board: Leaderboard): ChallengeTerms => ({
  title: row.title,
  description: row.description,
  audience: row.audience as Audience | null,
  kind: row.kind,
  metric: board.metric,
  activityType: board.activityType,
  rankMode: board.rankMode,
  settleDelayMinutes: board.settleDelayMinutes,
  joinFrom: row.joinFrom,
  joinUntil: row.joinUntil,
  startsAt: row.startsAt,
  endsAt: row.endsAt,
  goal: row.goal,
  target: small(row.target),
  capacity: row.capacity,
  minimum: row.minimum,
  tooFew: row.tooFew,
  entryFee: Number(row.entryFee),
  attemptsMax: row.attemptsMax,
  attemptOperator: row.attemptOperator,
  teamRules: rulesOf(row),
  prizes: storedPrizes(board.prizes),
});

function rulesOf(row: Challenge): ChallengeTerms['teamRules'] {
  const { teamSizeMax: sizeMax, teamScoring: scoring, teamPrizeSplit: prizeSplit } = row;
  if (sizeMax === null || scoring === null || prizeSplit === null) return null;
  return { sizeMax, scoring, top: row.teamTop, memberCap: small(row.teamMemberCap), prizeSplit };
}
