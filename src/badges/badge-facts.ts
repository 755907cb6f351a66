/** Which badges an event may earn its member. Pure: what is reached, the rows say. */
import type { ProgramConfig } from '../programs/config.ts';
import type { LoggedEvent } from '../projections/event-log.ts';
import { type BadgeVersion, badgesBy, judging } from './badge-book.ts';

/** A member who may have earned a badge, as of a version of it. */
export type Candidate = {
  readonly memberId: number;
  readonly badge: BadgeVersion;
  /** Of the event that may have earned it (null: a job asks). */
  readonly position: number | null;
};

type Payload = {
  readonly streakDay?: number;
  readonly totalDays?: number;
  readonly following?: number;
  readonly activity?: string;
  readonly reference?: string;
  readonly task?: string;
  readonly unitsLeft?: number;
  readonly entries?: readonly { readonly kind?: string }[];
};

const payloadOf = ({ payload }: LoggedEvent) => payload as unknown as Payload;

/** Names an activity for ever. */
const activitySource = (type: string, reference: string) => `ACTIVITY:${type}:${reference}`;

/** Candidates of an event, by the badges in force when its fact happened. */
export function candidatesOf(program: ProgramConfig, event: LoggedEvent, now: Date): Candidate[] {
  const versions = badgesAbout(program, event);
  if (versions.length === 0) return [];
  const { memberId, position, occurredAt } = event;
  return judging(program, versions, occurredAt, now).map((badge) => ({
    memberId,
    badge,
    position,
  }));
}

/** Badges that the fact of an event may earn, whenever they are in force. */
function badgesAbout(program: ProgramConfig, event: LoggedEvent): BadgeVersion[] {
  const { streakDay = 0, totalDays = 0, following = 0, activity, task, entries } = payloadOf(event);
  const found: BadgeVersion[] = [];
  if (event.type === 'checkIn.recorded') {
    for (const badge of badgesBy(program, 'checkIns')) {
      if (needs(badge, 'checkIns').total <= totalDays) found.push(badge);
    }
    for (const badge of badgesBy(program, 'streak')) {
      if (needs(badge, 'streak').days <= streakDay + following) found.push(badge);
    }
  } else if (event.type === 'activity.recorded') {
    for (const badge of badgesBy(program, 'activities')) {
      if (needs(badge, 'activities').type === activity) found.push(badge);
    }
  } else if (event.type === 'task.paid') {
    for (const badge of badgesBy(program, 'task')) {
      if (needs(badge, 'task').key === task) found.push(badge);
    }
  }
  const points = badgesBy(program, 'points');
  if (points.length > 0 && entries?.some(({ kind }) => kind === 'EARN')) found.push(...points);
  return found;
}

type Needs = {
  readonly checkIns: { readonly total: number };
  readonly streak: { readonly days: number };
  readonly points: { readonly lifetime: number };
  readonly activities: { readonly type: string; readonly count: number };
  readonly task: { readonly key: string; readonly completions: number };
};

/** The numbers of a badge's criterion, whose kind is known. */
export const needs = <Kind extends keyof Needs>(
  { definition }: Pick<BadgeVersion, 'definition'>,
  kind: Kind,
) => (definition.criterion as unknown as Needs)[kind];

/** What an event adds to activities that badges count. */
export type ActivityFact = { readonly source: string; readonly type: string };

export function activityOf(event: LoggedEvent): ActivityFact | undefined {
  const { activity: type, reference } = payloadOf(event);
  if (event.type !== 'activity.recorded' || type === undefined || reference === undefined) {
    return undefined;
  }
  return { source: activitySource(type, reference), type };
}

/** The activity that an event says nothing is left of. */
export function returnOf(event: LoggedEvent): string | undefined {
  const { activity, reference, unitsLeft } = payloadOf(event);
  if (activity === undefined || reference === undefined || unitsLeft !== 0) return undefined;
  return activitySource(activity, reference);
}
