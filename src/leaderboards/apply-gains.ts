/** Writes changes of standings: each season's rows, its count of participants and its version. */
import { limits } from '../limits.ts';
import type { PoolClient } from '../platform/db.ts';
import type { Gain } from './count-facts.ts';
import { raises } from './metrics.ts';
import {
  addScores,
  bumpVersions,
  ensureSeasons,
  loadOptedOut,
  noteLateFacts,
  raiseScores,
  type SeasonRow,
  type StandingChange,
} from './seasons.sql.ts';

/** Changes of one standing, summed up; `position` is that of the first event that told of it. */
type Sum = Pick<StandingChange, 'seasonId' | 'memberId'> & {
  readonly raises: boolean;
  readonly position: number;
  amount: number;
  reachedAt: Date;
};

const seasonKey = (leaderboardId: number, startsAt: Date) =>
  `${leaderboardId}/${startsAt.getTime()}`;

/** By season, how many more of its members are shown than before. */
export type Shown = Map<number, number>;

/**
 * Adds what facts bring to the standings of their seasons (S67). What comes to a frozen one is
 * noted beside it.
 */
export async function applyGains(
  client: PoolClient,
  gains: readonly Gain[],
  now: Date,
): Promise<Shown> {
  const seasons = await seasonsOf(client, gains, now);
  const open = new Map<string, Sum>();
  const late = new Map<string, Sum>();
  for (const gain of gains) {
    const season = seasons.get(seasonKey(gain.board.id, gain.startsAt));
    if (season === undefined) continue;
    const key = `${season.id}/${gain.memberId}`;
    if (season.frozenAt === null) sumUp(open, key, gain, season.id);
    else sumUp(late, `${key}/${gain.position}`, gain, season.id);
  }
  if (late.size > 0) await noteLateFacts(client, [...late.values()]);
  return putSums(client, [...open.values()]);
}

async function seasonsOf(
  client: PoolClient,
  gains: readonly Gain[],
  now: Date,
): Promise<Map<string, SeasonRow>> {
  const wanted = new Map(
    gains.map(({ board, startsAt, endsAt }) => [
      seasonKey(board.id, startsAt),
      { leaderboardId: board.id, startsAt, endsAt },
    ]),
  );
  const rows = await ensureSeasons(client, [...wanted.values()], now);
  return new Map(rows.map((row) => [seasonKey(row.leaderboardId, row.startsAt), row]));
}

const within = (score: number) => Math.max(-limits.pointsMax, Math.min(limits.pointsMax, score));

/** One row per key: a statement may touch a standing only once. */
function sumUp(rows: Map<string, Sum>, key: string, gain: Gain, seasonId: number): void {
  const { memberId, position, amount, reachedAt } = gain;
  const row = rows.get(key);
  if (row === undefined) {
    const isRaise = raises(gain.board.metric);
    rows.set(key, { seasonId, memberId, position, amount, reachedAt, raises: isRaise });
  } else if (!row.raises) {
    row.amount = within(row.amount + amount);
    if (reachedAt > row.reachedAt) row.reachedAt = reachedAt;
  } else if (amount > row.amount || (amount === row.amount && reachedAt < row.reachedAt)) {
    row.amount = amount;
    row.reachedAt = reachedAt;
  }
}

/** Writes sums to the standings of open seasons. Who has opted out is not shown. */
export async function putSums(
  client: PoolClient,
  sums: readonly (Omit<StandingChange, 'hidden'> & { readonly raises: boolean })[],
): Promise<Shown> {
  const shown: Shown = new Map();
  if (sums.length === 0) return shown;
  const memberIds = [...new Set(sums.map(({ memberId }) => memberId))];
  const out = new Set((await loadOptedOut(client, memberIds)).map(({ memberId }) => memberId));
  const rows = sums.map((sum) => ({ hidden: out.has(sum.memberId), ...sum }));
  const [raised, added] = [rows.filter((row) => row.raises), rows.filter((row) => !row.raises)];
  const put = [
    ...(added.length > 0 ? await addScores(client, added) : []),
    ...(raised.length > 0 ? await raiseScores(client, raised) : []),
  ];
  for (const { seasonId, created, hidden } of put) {
    shown.set(seasonId, (shown.get(seasonId) ?? 0) + (created && !hidden ? 1 : 0));
  }
  return shown;
}

/** Gives changed seasons their next version. */
export const publishSeasons = (client: PoolClient, shown: Shown) =>
  shown.size === 0 ? [] : bumpVersions(client, [...shown.keys()], [...shown.values()]);
