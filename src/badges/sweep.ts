/**
 * What no event tells of badges: what members had before a badge that counts the past, and places
 * in seasons and challenges once they are final. Safe to run late, twice, or on two nodes: what was
 * looked through is noted with what it awarded, and nobody is awarded a badge twice.
 */

import { limits } from '../limits.ts';
import type { LiveMessage } from '../live/messages.ts';
import type { Bus } from '../platform/bus.ts';
import { localDateOf } from '../platform/calendar.ts';
import type { Clock } from '../platform/clock.ts';
import { inTransaction, type Pool, type PoolClient } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import type { ProgramConfig, ProgramConfigs } from '../programs/config.ts';
import { programsWith } from '../rules/rule-programs.ts';
import { award, awardEarned } from './award.ts';
import { bumpRevisions } from './awards.sql.ts';
import { type BadgeVersion, factKinds, kindOf } from './badge-book.ts';
import {
  type Final,
  type FinalsAsked,
  findFinalSeasons,
  findFinishers,
  findSettledChallenges,
  findTop,
  findWinners,
  lockSweep,
  nextMembers,
  noteSweep,
  openSweeps,
} from './sweep.sql.ts';

type Tools = {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly log: Pick<Log, 'warn'>;
  readonly configs: ProgramConfigs;
};

/** A version of a badge of a program, as of now. */
type Look = {
  readonly program: ProgramConfig;
  readonly badge: BadgeVersion;
  readonly now: Date;
  /** Nothing is begun after this time of the process's own clock: other jobs have their turn. */
  readonly until: number;
};

/** Looks through what is new for badges; returns in how many steps (0: there is nothing more). */
export async function sweepBadges(tools: Tools): Promise<number> {
  const now = tools.clock.now();
  const programs = await inTransaction(tools.pool, (client) =>
    programsWith(client, tools.configs, 'BADGE'),
  );
  const until = performance.now() + limits.jobTurnMs;
  let steps = 0;
  for (const program of programs.values()) {
    const look = { program, now, until };
    for (const badge of await openPasts(tools, program, now)) {
      steps += await orTell(tools, { badge, ...look }, sweepPast);
    }
    for (const badge of program.badges) {
      const kind = kindOf(badge);
      if (kind !== 'season' && kind !== 'challenge') continue;
      steps += await orTell(tools, { badge, ...look }, sweepFinals);
    }
  }
  return steps;
}

/** A badge that cannot be looked through yet keeps no other from it: the next run tries again. */
async function orTell(tools: Tools, look: Look, sweep: typeof sweepPast): Promise<number> {
  try {
    return await sweep(tools, look);
  } catch (err) {
    const { program, badge } = look;
    tools.log.warn({ err, programId: program.id, badge: badge.name }, 'a badge was not swept');
    return 0;
  }
}

const isInForce = ({ startsAt, endsAt }: BadgeVersion, now: Date) =>
  startsAt <= now.getTime() && now.getTime() < endsAt;

const pastOf = ({ version }: BadgeVersion) => `PAST:${version}`;

/** Badges in force that count the past, for which not all members were looked at. */
async function openPasts({ pool }: Tools, program: ProgramConfig, now: Date) {
  const kinds: readonly string[] = factKinds;
  const badges = program.badges.filter(
    (badge) =>
      badge.definition.countsPast && isInForce(badge, now) && kinds.includes(kindOf(badge)),
  );
  if (badges.length === 0) return [];
  const sweeps = badges.map((badge) => ({ ruleId: badge.ruleId, subject: pastOf(badge) }));
  const open = await inTransaction(pool, (client) => openSweeps(client, sweeps));
  return badges.filter((badge) => open.has(`${badge.ruleId}/${pastOf(badge)}`));
}

/** Looks at all members, some at a time, for what they had when a badge came into force. */
async function sweepPast(tools: Tools, { program, badge, now, until }: Look): Promise<number> {
  let steps = 0;
  const subject = pastOf(badge);
  const most = limits.badgeSweepMembersMax;
  for (let isMore = true; isMore && performance.now() < until; ) {
    isMore = await step(tools, async (client) => {
      const sweep = await lockSweep(client, badge.ruleId, subject);
      if (sweep === undefined) return { isMore: false, members: [] };
      const ids = await nextMembers(client, program.id, sweep.afterMember, most);
      const candidates = ids.map(({ memberId }) => ({ memberId, badge, position: null }));
      const members = await awardEarned(client, program, candidates, now);
      const last = ids.at(-1)?.memberId ?? sweep.afterMember;
      const isMore = ids.length === most;
      await noteSweep(client, badge.ruleId, subject, last, isMore ? null : now);
      steps += 1;
      return { isMore, members };
    });
  }
  return steps;
}

/** Looks through seasons, or challenges, that are final since the last time. */
async function sweepFinals(tools: Tools, look: Look): Promise<number> {
  let steps = 0;
  for (let isMore = true; isMore && performance.now() < look.until; ) {
    const finals = await inTransaction(tools.pool, (client) => findFinals(client, look));
    isMore = false;
    for (const final of finals) {
      await step(tools, async (client) => {
        const members = await awardFinal(client, look, final);
        if (members !== undefined) steps += 1;
        isMore ||= members !== undefined; // Else another node works at it: it is left alone.
        return { isMore, members: members ?? [] };
      });
    }
  }
  return steps;
}

type Step = { readonly isMore: boolean; readonly members: readonly number[] };

/** One transaction; subscribers of the members hear of it once it is committed. */
async function step({ pool, bus }: Tools, work: (client: PoolClient) => Promise<Step>) {
  const { isMore, members } = await inTransaction(pool, async (client) => {
    const done = await work(client);
    if (done.members.length > 0) await bumpRevisions(client, done.members);
    return done;
  });
  const message: LiveMessage = { boards: [], members: [...members] };
  if (members.length > 0) bus.publish(message);
  return isMore;
}

/** What is final and not looked through: over while the version is in force, or before it. */
function findFinals(client: PoolClient, { program, badge, now }: Look): Promise<Final[]> {
  const { ruleId, version, startsAt, endsAt, definition } = badge;
  const { criterion, countsPast } = definition;
  const asked: FinalsAsked = {
    ...{ programId: program.id, ruleId, version },
    key: 'season' in criterion ? criterion.season.leaderboard : keyOf(badge),
    from: countsPast && isInForce(badge, now) ? '-infinity' : new Date(startsAt).toISOString(),
    until: Number.isFinite(endsAt) ? new Date(endsAt).toISOString() : 'infinity',
  };
  if (startsAt >= endsAt) return Promise.resolve([]); // It was withdrawn.
  return 'season' in criterion
    ? findFinalSeasons(client, asked)
    : findSettledChallenges(client, asked);
}

function keyOf({ definition: { criterion } }: BadgeVersion): string | null {
  return 'challenge' in criterion ? (criterion.challenge.key ?? null) : null;
}

/** Awards a badge for what is final, or to the next; undefined when it was looked through meanwhile. */
async function awardFinal(
  client: PoolClient,
  { program, badge, now }: Look,
  final: Final,
): Promise<number[] | undefined> {
  const { ruleId, version, definition } = badge;
  const source = `${'season' in definition.criterion ? 'SEASON' : 'CHALLENGE'}:${final.id}`;
  const subject = `${source}:${version}`;
  const sweep = await lockSweep(client, ruleId, subject);
  if (sweep === undefined) return undefined;
  const isFor = isWithin(program, badge, final);
  const placed = isFor ? await findPlaced(client, badge, final, sweep.afterMember) : [];
  const earned = placed.map(({ memberId }) => ({
    ...{ memberId, badge, source, position: null, occurredAt: final.endsAt },
  }));
  const members = await award(client, program, earned, now);
  const isMore = isPaged(badge) && placed.length === limits.badgeFinishersMax;
  const last = placed.at(-1)?.memberId ?? 0;
  await noteSweep(client, ruleId, subject, isMore ? last : 0, isMore ? null : now);
  return members;
}

/** Who finished a challenge may be very many: they come by member, some at a time. */
const isPaged = ({ definition: { criterion } }: BadgeVersion) =>
  'challenge' in criterion && 'finished' in criterion.challenge;

/** Whether it ended on one of the badge's dates: its end is the first instant after it. */
function isWithin(
  { zone, dayStartMinutes }: ProgramConfig,
  { definition: { firstDate, lastDate } }: BadgeVersion,
  { endsAt }: Final,
): boolean {
  const date = localDateOf(new Date(endsAt.getTime() - 1), zone, dayStartMinutes);
  return date >= (firstDate ?? date) && date <= (lastDate ?? date);
}

function findPlaced(
  client: PoolClient,
  { definition: { criterion } }: BadgeVersion,
  final: Final,
  afterMember: number,
) {
  if ('season' in criterion) return findTop(client, final, criterion.season.top);
  if (!('challenge' in criterion)) return [];
  const { challenge } = criterion;
  return 'top' in challenge
    ? findWinners(client, final, challenge.top)
    : findFinishers(client, final, afterMember, limits.badgeFinishersMax);
}
