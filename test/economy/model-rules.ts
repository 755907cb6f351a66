/** What rules pay and how long it lives, as plain arithmetic (S30, S39). */
import { addDays, localDateOf, periodOf, startOfLocalDate } from '../../src/platform/calendar.ts';
import type { Life } from './model-rows.ts';
import { ladder, type ModelRule, zone } from './settings.ts';

export const dateOf = (at: number) => localDateOf(new Date(at), zone, 0);
export const startOf = (date: string) => startOfLocalDate(date, zone, 0).getTime();
const monthEnd = (date: string) => startOf(periodOf('MONTHLY', date).until ?? date);

/** Fixed points rounded down, a rate to the nearest; halves go up (S39). */
export function pointsOf({ points, per }: ModelRule, value: number, percent: number): number {
  if (per === null) return Math.floor((points * percent) / 100);
  const whole = 2 * per * 100;
  return Math.floor((2 * value * points * percent + per * 100) / whole);
}

export function lifeOf({ pending, lives }: ModelRule, date: string, at: number): Life {
  const starts = pending === 'CONFIRMED' ? null : startOf(addDays(date, pending));
  const ends = typeof lives === 'number' ? startOf(addDays(date, lives + 1)) : monthEnd(date);
  return { activatesAt: pending === 0 ? at : starts, expiresAt: lives === 'EVER' ? null : ends };
}

/** What the plan pays for a day of a run: the last day of the ladder holds. */
export const ladderPoints = (place: number, percent: number) =>
  Math.floor(((ladder[Math.min(place, ladder.length) - 1] ?? 0) * percent) / 100);

/** When and how much of pending points can be spent; null: once confirmed, which comes last (S27). */
export function activatingOf(
  lots: readonly (Life & { readonly remaining: number })[],
  now: number,
): { at: string | null; points: number }[] {
  const waiting = lots.filter(
    ({ remaining, activatesAt, expiresAt }) =>
      remaining > 0 &&
      (activatesAt === null || activatesAt > now) &&
      (expiresAt === null || expiresAt > now),
  );
  const starts = [...new Set(waiting.map(({ activatesAt }) => activatesAt ?? Number.MAX_VALUE))];
  return starts
    .sort((a, b) => a - b)
    .map((start) => ({
      at: start === Number.MAX_VALUE ? null : new Date(start).toISOString(),
      points: waiting
        .filter(({ activatesAt }) => (activatesAt ?? Number.MAX_VALUE) === start)
        .reduce((sum, { remaining }) => sum + remaining, 0),
    }));
}
