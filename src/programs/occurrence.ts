import { limits } from '../limits.ts';
import { earlier } from '../platform/calendar.ts';
import { Refusal } from '../platform/refusal.ts';
import type { ProgramConfig } from './config.ts';

/** The fact is said to happen more than five minutes from now (S6). */
export class OccurredInFuture extends Refusal {
  readonly code = 'OCCURRED_IN_FUTURE';
  readonly occurredAt: Date;
  readonly now: Date;

  constructor(occurredAt: Date, now: Date) {
    super('This lies in the future.');
    this.occurredAt = occurredAt;
    this.now = now;
  }
}

/** The fact is older than the program accepts (S6). */
export class OccurredTooLongAgo extends Refusal {
  readonly code = 'OCCURRED_TOO_LONG_AGO';
  readonly occurredAt: Date;
  readonly acceptedSince: Date;

  constructor(occurredAt: Date, acceptedSince: Date) {
    super('This happened too long ago to be counted.');
    this.occurredAt = occurredAt;
    this.acceptedSince = acceptedSince;
  }
}

/**
 * The instant a fact is judged by. Refuses those that the program does not accept any more, or
 * not yet.
 */
export function acceptOccurrence(program: ProgramConfig, occurredAt: Date, now: Date): Date {
  const judgedAt = noLaterThanNow(occurredAt, now);
  const acceptedSince = new Date(now.getTime() - program.latenessHours * 3_600_000);
  if (occurredAt < acceptedSince) throw new OccurredTooLongAgo(occurredAt, acceptedSince);
  return judgedAt;
}

/**
 * The instant, or now when it lies ahead: a device whose clock is fast must not check in for
 * tomorrow. Refuses instants further ahead than clocks of honest devices are.
 */
export function noLaterThanNow(occurredAt: Date, now: Date): Date {
  if (occurredAt.getTime() > now.getTime() + limits.futureToleranceMs) {
    throw new OccurredInFuture(occurredAt, now);
  }
  return earlier(occurredAt, now);
}
