/** Writes changes of standings: each season's rows, its count of participants and its version. */
import { limits } from '../limits.ts';
import type { PoolClient } from '../platform/db.ts';
import type { Gain } from './count-facts.ts';
import { type Combining, combiningOf } from './metrics.ts';
import {
  addScores,
  bumpVersions,
  ensureSeasons,
  noteLateFacts,
  type PutRow,
  raiseScores,
  replaceScores,
  type SeasonChanges,
  type SeasonRow,
  type StandingChange,
} from './seasons.sql.ts';
import { loadOptedOut } from './visibility.sql.ts';

/** Changes of one standing, summed up; `position` is that of the first event that told of it. */
export type Sum = Pick<Gain, 'memberId' | 'startsAt' | 'endsAt' | 'position'> & {
  readonly leaderboardId: number;
  readonly combining: Combining;
  /** Of a challenge's board: whether its participant is listed. */
  readonly hidden?: boolean | undefined;
  amount: number;
  reachedAt: Date;
};

export const seasonKey = (leaderboardId: number, startsAt: Date) =>
  `${leaderboardId}/${startsAt.getTime()}`;

/** What changed, by season. */
export type Changes = Map<number, SeasonChanges>;

/** What was written: seasons that changed, and the rows with what they were before. */
export type Put = { readonly changes: Changes; readonly rows: readonly PutRow[] };

/** Notes that a member's standing changed; `shown` is by how many more are shown. */
export function noteChange(
  changes: Changes,
  { seasonId, memberId }: { readonly seasonId: number; readonly memberId: number },
  shown: number,
): void {
  const season = changes.get(seasonId) ?? { shown: 0, memberIds: [] };
  season.shown += shown;
  season.memberIds.push(memberId);
  changes.set(seasonId, season);
}

/**
 * Adds what facts bring to the standings of their seasons (S67). What comes to a frozen one is
 * noted beside it.
 */
export async function applyGains(
  client: PoolClient,
  gains: readonly Gain[],
  now: Date,
): Promise<Put> {
  const seasons = await seasonsOf(client, gains.map(wanted), now);
  const isLate = ({ board, startsAt }: Gain) =>
    seasons.get(seasonKey(board.id, startsAt))?.frozenAt !== null;
  const inSeason = (sums: readonly Sum[]) =>
    sums.flatMap((sum) => {
      const season = seasons.get(seasonKey(sum.leaderboardId, sum.startsAt));
      return season === undefined ? [] : [{ seasonId: season.id, ...sum }];
    });
  const late = gains.filter(isLate);
  if (late.length > 0) {
    await noteLateFacts(client, inSeason(sumUp(late, ({ position }) => position)));
  }
  return putSums(
    client,
    inSeason(sumUp(late.length === 0 ? gains : gains.filter((gain) => !isLate(gain)))),
  );
}

const wanted = ({ board, startsAt, endsAt }: Gain) => ({
  leaderboardId: board.id,
  startsAt,
  endsAt,
});

/** Seasons by board and start, made where there are none. */
export async function seasonsOf(
  client: PoolClient,
  all: readonly { leaderboardId: number; startsAt: Date; endsAt: Date | null }[],
  now: Date,
): Promise<Map<string, SeasonRow>> {
  const each = new Map(all.map((one) => [seasonKey(one.leaderboardId, one.startsAt), one]));
  const rows = await ensureSeasons(client, [...each.values()], now);
  return new Map(rows.map((row) => [seasonKey(row.leaderboardId, row.startsAt), row]));
}

const within = (score: number) => Math.max(-limits.pointsMax, Math.min(limits.pointsMax, score));

/** One row for each standing (and `apart`): a statement may touch a standing only once. */
export function sumUp(gains: readonly Gain[], apart: (gain: Gain) => number = () => 0): Sum[] {
  const sums = new Map<string, Sum>();
  for (const gain of gains) {
    const { board, memberId, startsAt, endsAt, position, amount, reachedAt, hidden } = gain;
    const key = `${seasonKey(board.id, startsAt)}/${memberId}/${apart(gain)}`;
    const sum = sums.get(key);
    if (sum === undefined) {
      const when = { startsAt, endsAt, reachedAt };
      const kind = { leaderboardId: board.id, combining: combiningOf(board) };
      const shown = hidden === undefined ? {} : { hidden };
      sums.set(key, { memberId, position, amount, ...when, ...kind, ...shown });
    } else if (sum.combining === 'ADD') {
      sum.amount = within(sum.amount + amount);
      if (reachedAt > sum.reachedAt) sum.reachedAt = reachedAt;
    } else if (isBetter(sum, { amount, reachedAt })) {
      sum.amount = amount;
      sum.reachedAt = reachedAt;
    }
  }
  return [...sums.values()];
}

/** Whether a change takes the place of the one before. */
function isBetter(sum: Sum, { amount, reachedAt }: Pick<Sum, 'amount' | 'reachedAt'>): boolean {
  const ahead = reachedAt.getTime() - sum.reachedAt.getTime();
  if (sum.combining === 'REPLACE') return ahead > 0 || (ahead === 0 && amount > sum.amount);
  return amount > sum.amount || (amount === sum.amount && ahead < 0);
}

/** Writes sums to the standings of open seasons. Who has opted out is not shown. */
export async function putSums(
  client: PoolClient,
  sums: readonly (Omit<StandingChange, 'hidden'> & Pick<Sum, 'combining' | 'hidden'>)[],
): Promise<Put> {
  const changes: Changes = new Map();
  if (sums.length === 0) return { changes, rows: [] };
  const memberIds = [...new Set(sums.map(({ memberId }) => memberId))];
  const out = new Set((await loadOptedOut(client, memberIds)).map(({ memberId }) => memberId));
  const wanted = sums.map((sum) => ({ ...sum, hidden: sum.hidden ?? out.has(sum.memberId) }));
  const rows: PutRow[] = [];
  for (const [combining, write] of writers) {
    const own = wanted.filter((row) => row.combining === combining);
    if (own.length > 0) rows.push(...(await write(client, own)));
  }
  for (const row of rows) noteChange(changes, row, row.created && !row.hidden ? 1 : 0);
  return { changes, rows };
}

/** How each kind of sums is written, always in this order. */
const writers = [
  ['ADD', addScores],
  ['RAISE', raiseScores],
  ['REPLACE', replaceScores],
] as const;

/** Gives changed seasons their next version. */
export const publishSeasons = (client: PoolClient, changes: Changes) =>
  changes.size === 0 ? [] : bumpVersions(client, changes);
