/** What a fact of the event log means for a leaderboard: pure functions, one for each metric. */
import { share } from '../earning/amount.ts';
import type { AttemptOperator, LeaderboardMetric } from '../generated/prisma/enums.ts';
import type { EntrySummary } from '../points/ledger.ts';
import type { LoggedEvent } from '../projections/event-log.ts';

/** How a fact changes a standing. */
export type ScoreChange = {
  readonly memberId: number;
  /** Position of the event that tells of it. */
  readonly position: number;
  /** When the fact happened: the season that holds it has the change (S67). */
  readonly at: Date;
  /** When a score that this gives was reached (S65). */
  readonly reachedAt: Date;
  /** What is added to the score, or of a streak, what it is raised to. */
  readonly amount: number;
  /** Names the fact. What takes it back has the same name, and `takesBack`. */
  readonly source: string;
  readonly takesBack: boolean;
};

/** A check-in that a late one came before: its place in the run is another since. */
export type CheckedIn = { readonly occurredAt: Date; readonly localDate: string };

/** What counting needs besides the log: days that follow a late check-in, by its event. */
export type Following = ReadonlyMap<number, readonly CheckedIn[]>;

/** What of a board decides which facts it counts. */
export type Counts = {
  readonly metric: LeaderboardMetric;
  readonly activityType: string | null;
  /** The challenge whose attempts count. */
  readonly challenge?: {
    readonly id: number;
    readonly attemptOperator: AttemptOperator | null;
  } | null;
};

/** An entry as events tell of it: awards without their reasons. */
type EntryTold = Pick<EntrySummary, 'kind' | 'amount' | 'occurredAt' | 'seq'> &
  Partial<Pick<EntrySummary, 'explanation'>>;

type Payload = {
  readonly entries?: readonly EntryTold[];
  readonly localDate?: string;
  readonly streakDay?: number;
  readonly activity?: string;
  readonly reference?: string;
  readonly value?: number | null;
  readonly units?: number;
  readonly unitsLeft?: number;
  readonly unitsTotal?: number;
  readonly happenedAt?: string;
  readonly orderedAt?: string;
  readonly challengeId?: number;
  readonly number?: number;
  readonly score?: number;
};

const payloadOf = ({ payload }: LoggedEvent) => payload as unknown as Payload;

/** What an event adds to scores of a metric, or raises them to. */
export function changesOf(
  { metric, activityType, challenge }: Counts,
  event: LoggedEvent,
  following: Following,
): ScoreChange[] {
  switch (metric) {
    case 'POINTS_EARNED':
      return earned(event);
    case 'POINTS_NET':
      return [...earned(event), ...spent(event)];
    case 'CHECK_INS':
      return checkedIn(event).map((change) => ({ ...change, amount: 1 }));
    case 'STREAK':
      return streaks(event, following);
    case 'ACTIVITY_VALUE':
      return activity(event, activityType, (value, left, total) => share(value, left, total));
    case 'ACTIVITY_COUNT':
      return activity(event, activityType, (_value, left) => (left > 0 ? 1 : 0));
    case 'ATTEMPTS':
      return attempted(event, challenge?.id);
  }
}

/** How changes become scores: they are added up, raise them, or the latest replaces the others. */
export type Combining = 'ADD' | 'RAISE' | 'REPLACE';

/** How a board's changes become scores. Whatever order facts come in, the scores are the same. */
export function combiningOf({
  metric,
  challenge,
}: Pick<Counts, 'metric' | 'challenge'>): Combining {
  if (metric === 'STREAK') return 'RAISE';
  if (metric !== 'ATTEMPTS') return 'ADD';
  const { attemptOperator } = challenge ?? {};
  return attemptOperator === 'SUM' ? 'ADD' : attemptOperator === 'LAST' ? 'REPLACE' : 'RAISE';
}

/** An attempt at a challenge: what it scored. */
function attempted(event: LoggedEvent, challengeId: number | undefined): ScoreChange[] {
  if (event.type !== 'challenge.attempted') return [];
  const { challengeId: of, number, score = 0 } = payloadOf(event);
  if (of !== challengeId) return [];
  const { occurredAt: at } = event;
  const source = `ATTEMPT:${of}:${number}`;
  return [change(event, { at, reachedAt: at, amount: score, source, takesBack: false })];
}

/** Names a line of the ledger: its number, or what a later one says it goes back to. */
export const entrySource = (seq: unknown) => `ENTRY:${Number(seq)}`;

/** Points earned, less what was reversed, which points at its origin and has its date (S66). */
function earned(event: LoggedEvent): ScoreChange[] {
  return (payloadOf(event).entries ?? []).flatMap((entry): ScoreChange[] => {
    if (entry.kind !== 'EARN' && entry.kind !== 'REVERSAL') return [];
    const { seq, explanation } = entry;
    const at = new Date(entry.occurredAt);
    const takesBack = entry.kind === 'REVERSAL';
    const amount = takesBack ? 0 - Number(explanation?.reversed) : entry.amount;
    const source = entrySource(takesBack ? explanation?.of : seq);
    // A score that was lowered was reached when that happened.
    const reachedAt = takesBack ? event.occurredAt : at;
    return [change(event, { at, reachedAt, amount, source, takesBack })];
  });
}

/** Points spent, and what refunds gave back of them: in the season of the spending. */
function spent(event: LoggedEvent): ScoreChange[] {
  const { entries = [], orderedAt } = payloadOf(event);
  return entries.flatMap((entry): ScoreChange[] => {
    if (entry.kind !== 'SPEND' && entry.kind !== 'REFUND') return [];
    const takesBack = entry.kind === 'REFUND';
    const bookedAt = new Date(entry.occurredAt);
    const at = takesBack && orderedAt !== undefined ? new Date(orderedAt) : bookedAt;
    const source = entrySource(takesBack ? entry.explanation?.of : entry.seq);
    return [change(event, { at, reachedAt: bookedAt, amount: entry.amount, source, takesBack })];
  });
}

function checkedIn(event: LoggedEvent): ScoreChange[] {
  if (event.type !== 'checkIn.recorded') return [];
  const { localDate, streakDay = 0 } = payloadOf(event);
  return [dayOf(event, { occurredAt: event.occurredAt, localDate: localDate ?? '' }, streakDay)];
}

/** How long the run was on the day, and on those that follow a day that came late. */
function streaks(event: LoggedEvent, following: Following): ScoreChange[] {
  const days = following.get(event.position) ?? [];
  return checkedIn(event).flatMap((own) => [
    own,
    ...days.map((day, index) => dayOf(event, day, own.amount + index + 1)),
  ]);
}

const dayOf = (event: LoggedEvent, { occurredAt: at, localDate }: CheckedIn, amount: number) =>
  change(event, {
    ...{ at, reachedAt: at, amount },
    ...{ source: `CHECK_IN:${localDate}`, takesBack: false },
  });

/** Worth of an activity of the type, and what returns leave of it: the rest comes off (S34, S66). */
function activity(
  event: LoggedEvent,
  type: string | null,
  worth: (value: number, left: number, total: number) => number,
): ScoreChange[] {
  const { activity: given, reference, value, happenedAt, ...payload } = payloadOf(event);
  if (given === undefined || given !== type) return [];
  const source = `ACTIVITY:${given}:${reference}`;
  const all = value ?? 0;
  if (event.type === 'activity.recorded') {
    const { occurredAt: at } = event;
    const amount = worth(all, 1, 1);
    return amount === 0
      ? []
      : [change(event, { at, reachedAt: at, amount, source, takesBack: false })];
  }
  const { units = 0, unitsLeft: left, unitsTotal: total } = payload;
  if (left === undefined || total === undefined || happenedAt === undefined) return [];
  const amount = worth(all, left, total) - worth(all, left + units, total);
  const at = new Date(happenedAt);
  const { occurredAt: reachedAt } = event;
  return amount === 0 ? [] : [change(event, { at, reachedAt, amount, source, takesBack: true })];
}

const change = (
  { memberId, position }: LoggedEvent,
  what: Omit<ScoreChange, 'memberId' | 'position'>,
): ScoreChange => ({ memberId, position, ...what });
