/**
 * How standings lie in Redis. A sorted set takes a double and, for equals, the bytes of a member:
 * the double is the score below zero, exact for safe integers; the bytes are when it was reached and
 * whose it is, in digits of fixed width. So its order is that of S64, and nothing is composed (S73).
 */
import type { StandingPlace } from './standings.ts';

const RADIX = 36;
/** Enough until the year 115,000. */
const INSTANT_DIGITS = 10;
/** Enough for 2^53 − 1. */
const ID_DIGITS = 11;
/** Instants count from the year 0, or earlier ones would sort behind later ones. */
const YEAR_ZERO = Date.UTC(-1, 11, 31) + 86_400_000;

/** Below zero is only what a forged cursor names: it stands at the front. */
const fixed = (value: number, digits: number) =>
  Math.max(0, value).toString(RADIX).padStart(digits, '0');

/** A member's id as a field of the hash, and as the end of a key. */
export const idText = (memberId: number): string => fixed(memberId, ID_DIGITS);

const instantText = (at: Date) => fixed(at.getTime() - YEAR_ZERO, INSTANT_DIGITS);

/** The score as the set has it: the best is the least. */
export const scoreText = (score: number): string => String(0 - score);

/** A place as the set's member: who is listed first is less, byte by byte. */
export const keyOf = ({ reachedAt, memberId }: StandingPlace): string =>
  instantText(reachedAt) + idText(memberId);

/** What a script takes to put a standing; without a place it is removed. */
export const putArguments = (memberId: number, place: Omit<StandingPlace, 'memberId'> | null) =>
  place === null
    ? [idText(memberId), '', '']
    : [idText(memberId), instantText(place.reachedAt), scoreText(place.score)];

/** A place of a key and its score. */
export const placeOf = (key: string, score: string): StandingPlace => ({
  score: 0 - Number(score),
  reachedAt: new Date(Number.parseInt(key.slice(0, INSTANT_DIGITS), RADIX) + YEAR_ZERO),
  memberId: Number.parseInt(key.slice(INSTANT_DIGITS), RADIX),
});

/** A member's place of what the hash holds: the instant, then the score. */
export const ownPlace = (memberId: number, held: string): StandingPlace =>
  placeOf(held.slice(0, INSTANT_DIGITS) + idText(memberId), held.slice(INSTANT_DIGITS));
