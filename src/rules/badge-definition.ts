/** What a badge is: something that a member is awarded once, and what for (ADR 18). */
import { z } from 'zod';
import { httpsUrl, keyText, positivePoints, shortText } from '../engine/inputs.ts';
import { audience, localDate } from './definition-parts.ts';
import { choice, wholeNumber } from './shapes.ts';

/** Places from the top. */
const top = wholeNumber(1, 100);
/** Key of the board of one challenge, which no operator's board has; any challenge when left out. */
const challengeKey = z.string().regex(/^challenge:[1-9]\d{0,15}$/, 'must be challenge:<number>');
const challenge = { key: challengeKey.or(keyText).optional() };

/** What earns it, one of these. */
const criterion = choice(
  {
    /** So many days with a check-in. */
    checkIns: z.strictObject({ checkIns: z.strictObject({ total: wholeNumber(1, 36_600) }) }),
    /** So many in a row. */
    streak: z.strictObject({ streak: z.strictObject({ days: wholeNumber(1, 3_660) }) }),
    /** So many points ever earned, less what was reversed. */
    points: z.strictObject({ points: z.strictObject({ lifetime: positivePoints }) }),
    /** So many activities of a type that were not returned. */
    activities: z.strictObject({
      activities: z.strictObject({ type: keyText, count: wholeNumber(1, 10_000) }),
    }),
    /** A task, completed and paid in so many of its periods. */
    task: z.strictObject({
      task: z.strictObject({ key: keyText, completions: wholeNumber(1, 10_000).default(1) }),
    }),
    /** A final rank of a season: this one or a better one. */
    season: z.strictObject({ season: z.strictObject({ leaderboard: keyText, top }) }),
    /** Having stayed in a challenge to its end, or a rank among those who won something. */
    challenge: z.strictObject({
      challenge: choice(
        {
          finished: z.strictObject({ finished: z.literal(true), ...challenge }),
          top: z.strictObject({ top, ...challenge }),
        },
        'must be `finished: true` or `top`',
      ),
    }),
  },
  'must be one of `checkIns`, `streak`, `points`, `activities`, `task`, `season` and `challenge`',
);
export type BadgeCriterion = z.output<typeof criterion>;

/** A badge: awarded once for each member, and for ever. It pays nothing: a rule or a task does. */
export const badge = z.strictObject({
  /** For members. */
  title: shortText,
  description: shortText.optional(),
  imageUrl: httpsUrl.optional(),
  /** Whom it is for, as of when a fact is counted; others do not see it. */
  audience: audience.optional(),
  /** First and last local date of facts that count, both included. */
  firstDate: localDate.optional(),
  lastDate: localDate.optional(),
  criterion,
  /** Whether what happened before the badge came into force counts, too. */
  countsPast: z.boolean().default(false),
});
export type Badge = z.output<typeof badge>;

/** What a criterion asks for, in its own unit; 1 for a place or a challenge. */
export function badgeTarget(what: BadgeCriterion): number {
  if ('checkIns' in what) return what.checkIns.total;
  if ('streak' in what) return what.streak.days;
  if ('points' in what) return what.points.lifetime;
  if ('activities' in what) return what.activities.count;
  return 'task' in what ? what.task.completions : 1;
}
