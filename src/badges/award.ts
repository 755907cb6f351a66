/** Awards badges to those who have earned them: once for each member and badge, ever. */
import { isFor } from '../earning/audience.ts';
import { limits } from '../limits.ts';
import type { PoolClient } from '../platform/db.ts';
import type { ProgramConfig } from '../programs/config.ts';
import { factTime } from '../programs/fact-time.ts';
import { membersOf } from '../tasks/tasks-consumer.ts';
import { type BadgeOf, findAwarded, insertAwards } from './awards.sql.ts';
import type { Candidate } from './badge-facts.ts';
import { type Earned, findEarned } from './reached.ts';

const nameOf = ({ memberId, ruleId }: BadgeOf) => `${memberId}/${ruleId}`;
const ofCandidate = ({ memberId, badge: { ruleId } }: Candidate): BadgeOf => ({ memberId, ruleId });

/** Candidates who were not awarded their badge before; one of each version of it. */
export async function notAwarded<One extends Candidate>(
  client: PoolClient,
  candidates: readonly One[],
): Promise<One[]> {
  const known = await findAwarded(client, candidates.map(ofCandidate));
  const awarded = new Set(known.map(nameOf));
  return candidates.filter((one) => !awarded.has(nameOf(ofCandidate(one))));
}

/** Awards what candidates have earned; answers the members who are new to a badge. */
export async function awardEarned(
  client: PoolClient,
  program: ProgramConfig,
  candidates: readonly Candidate[],
  now: Date,
): Promise<number[]> {
  if (candidates.length === 0) return [];
  return award(client, program, await findEarned(client, program, candidates), now);
}

/**
 * Awards badges to those of their audience, as of now. Of several versions of a badge that a member
 * has earned at once the one of the earliest fact counts. Callers bump the revisions: once, so that
 * they are locked in one order.
 */
export async function award(
  client: PoolClient,
  program: ProgramConfig,
  earned: readonly Earned[],
  now: Date,
): Promise<number[]> {
  const first = new Map<string, Earned>();
  for (const one of await inAudience(client, program, earned, now)) {
    const name = nameOf(ofCandidate(one));
    const known = first.get(name);
    if (known === undefined || one.occurredAt < known.occurredAt) first.set(name, one);
  }
  const rows = [...first.values()].map(({ memberId, badge, occurredAt, source, position }) => ({
    ...{ memberId, ruleId: badge.ruleId, programId: program.id, version: badge.version },
    ...{ awardedAt: occurredAt, source, position },
  }));
  const members: number[] = [];
  for (let at = 0; at < rows.length; at += limits.badgeAwardsMax) {
    const some = rows.slice(at, at + limits.badgeAwardsMax);
    for (const { memberId } of await insertAwards(client, some, now)) members.push(memberId);
  }
  return members;
}

/** Those whom their badge is for; members are read only where one asks. */
async function inAudience(
  client: PoolClient,
  program: ProgramConfig,
  earned: readonly Earned[],
  now: Date,
): Promise<readonly Earned[]> {
  const asking = earned.filter(({ badge }) => badge.definition.audience !== undefined);
  if (asking.length === 0) return earned;
  const ids = [...new Set(asking.map(({ memberId }) => memberId))];
  const members = await membersOf(client, program, ids, now);
  const time = factTime(program, now);
  return earned.filter(({ memberId, badge: { definition } }) => {
    if (definition.audience === undefined) return true;
    const member = members.get(memberId);
    return member !== undefined && isFor(definition.audience, member, { time, ...member });
  });
}
