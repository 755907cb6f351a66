import type { Clock } from '../platform/clock.ts';
import type { PoolClient } from '../platform/db.ts';
import type { ProgramConfig, ProgramConfigs } from '../programs/config.ts';
import { factTime } from '../programs/fact-time.ts';
import type { LoggedEvent } from '../projections/event-log.ts';
import type { Consumer } from '../projections/projection.ts';
import { ruleConsumer } from '../rules/rule-programs.ts';
import { awardEarned, notAwarded } from './award.ts';
import { bumpRevisions, insertFacts, type NewFact, returnFacts } from './awards.sql.ts';
import { badgesBy, kindOf } from './badge-book.ts';
import { activityOf, type Candidate, candidatesOf, returnOf } from './badge-facts.ts';

export const BADGES = 'badges';

/**
 * Awards badges for what the event log tells: exactly once, in the transaction of its cursor. An
 * event says who may have earned what; whether they have is read from what is stored.
 */
export const badgesConsumer = (configs: ProgramConfigs, clock: Clock): Consumer =>
  ruleConsumer(
    { name: BADGES, what: 'badges', kind: 'BADGE' },
    configs,
    (client, program, events) => countEvents(client, program, events, clock.now()),
  );

type Asking = Candidate & { readonly event: LoggedEvent };

/** Counts a program's events. Returns the members whose badges, or progress, changed. */
async function countEvents(
  client: PoolClient,
  program: ProgramConfig,
  events: readonly LoggedEvent[],
  now: Date,
): Promise<number[]> {
  const asking = events.flatMap((event): Asking[] =>
    candidatesOf(program, event, now).map((candidate) => ({ event, ...candidate })),
  );
  const open = asking.length === 0 ? [] : await notAwarded(client, asking);
  const counted = [
    ...(await takeFacts(client, program, open)),
    ...(await takeReturns(client, program, events)),
  ];
  const changed = [...counted, ...(await awardEarned(client, program, firstOf(open), now))];
  if (changed.length > 0) await bumpRevisions(client, changed);
  return changed;
}

/** Of a member and a version of a badge one candidate: whether it is earned is asked once. */
function firstOf(candidates: readonly Candidate[]): Candidate[] {
  const first = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const { memberId, badge } = candidate;
    const name = `${memberId}/${badge.ruleId}/${badge.version}`;
    if (!first.has(name)) first.set(name, candidate);
  }
  return [...first.values()];
}

/** Notes activities that count for badges their members have not earned; answers these members. */
async function takeFacts(
  client: PoolClient,
  program: ProgramConfig,
  asking: readonly Asking[],
): Promise<number[]> {
  const rows = asking.flatMap(({ event, memberId, badge }): NewFact[] => {
    const activity = kindOf(badge) === 'activities' ? activityOf(event) : undefined;
    if (activity === undefined) return [];
    const { occurredAt, localDate } = factTime(program, event.occurredAt);
    return [
      {
        ...{ memberId, ruleId: badge.ruleId, programId: program.id, occurredAt, localDate },
        ...activity,
      },
    ];
  });
  if (rows.length === 0) return [];
  return (await insertFacts(client, rows)).map(({ memberId }) => memberId);
}

/** Takes off what was returned; answers whose it was. */
async function takeReturns(
  client: PoolClient,
  program: ProgramConfig,
  events: readonly LoggedEvent[],
): Promise<number[]> {
  if (badgesBy(program, 'activities').length === 0) return [];
  const rows = events.flatMap((event) => {
    const source = returnOf(event);
    return source === undefined ? [] : [{ memberId: event.memberId, source }];
  });
  if (rows.length === 0) return [];
  return (await returnFacts(client, rows)).map(({ memberId }) => memberId);
}
