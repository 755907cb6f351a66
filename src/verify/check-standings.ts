import { seasonAt } from '../leaderboards/seasons.ts';
import type { Pool, PoolClient } from '../platform/db.ts';
import { compare, type Difference, type Finding } from './difference.ts';
import { countMarks } from './histograms.sql.ts';
import type { MemberRows } from './member-rows.ts';
import {
  type BoardRow,
  loadSeasonTotals,
  loadStandings,
  type SeasonTotal,
  type StoredStanding,
  standingsWithoutEntry,
} from './standings.sql.ts';

/** What a member's entries give for one season. */
type Expected = {
  readonly boardId: number;
  readonly startsAt: Date;
  readonly memberId: number;
  score: number;
  reachedAt: Date;
};

const STANDINGS_PER_READ = 2_000;

/** Season id → how many members the ledger gives a standing in it. */
export type Participants = Map<number, number>;

/**
 * Compares members' standings in every season not yet frozen with what they earned in it. Only
 * for members whose events the boards have all read. A board counts from the program's first day.
 */
export async function findStandingDifference(
  client: PoolClient,
  boards: readonly BoardRow[],
  members: readonly MemberRows[],
  participants: Participants,
): Promise<{ memberId: number; finding: Finding } | undefined> {
  const expected = members.flatMap((rows) => expectedOf(rows, boards));
  for (let at = 0; at < expected.length; at += STANDINGS_PER_READ) {
    const wanted = expected.slice(at, at + STANDINGS_PER_READ);
    for (const stored of await loadStandings(client, wanted)) {
      const standing = wanted[stored.ordinal - 1];
      if (standing === undefined || stored.isFrozen) continue;
      const { memberId } = standing;
      for (const finding of compareStanding(standing, stored)) return { memberId, finding };
      const { seasonId } = stored;
      if (seasonId !== null) participants.set(seasonId, (participants.get(seasonId) ?? 0) + 1);
    }
  }
  return undefined;
}

function* compareStanding(expected: Expected, stored: StoredStanding): Generator<Finding> {
  const name = `standing on ${stored.board}, season from ${expected.startsAt.toISOString()}`;
  yield* compare(`${name}: score`, expected.score, stored.score);
  yield* compare(`${name}: reached at`, expected.reachedAt, stored.reachedAt);
}

function expectedOf({ memberId, chain }: MemberRows, boards: readonly BoardRow[]): Expected[] {
  const standings = new Map<string, Expected>();
  for (const { kind, amount: points, occurredAt, recordedAt, explanation } of chain.entries) {
    if (kind !== 'EARN' && kind !== 'REVERSAL') continue;
    const amount = kind === 'EARN' ? points : -Number(explanation.reversed);
    const reachedAt = kind === 'EARN' ? occurredAt : recordedAt;
    for (const board of boards) {
      const { startsAt } = seasonAt(board.cadence, board, occurredAt);
      const key = `${board.id}/${startsAt.getTime()}`;
      const known = standings.get(key);
      if (known === undefined) {
        standings.set(key, { boardId: board.id, startsAt, memberId, score: amount, reachedAt });
      } else {
        known.score += amount;
        if (reachedAt > known.reachedAt) known.reachedAt = reachedAt;
      }
    }
  }
  return [...standings.values()];
}

type SeasonDifference = Pick<Difference, 'member' | 'memberId'> & Finding;

/**
 * Compares seasons as a whole: their count of participants, and standings of members who earned
 * nothing in them, which are sought only where the count says there may be some.
 */
export async function findSeasonDifference(
  pool: Pool,
  programId: number,
  participants: Participants,
): Promise<SeasonDifference | undefined> {
  let afterId = 0;
  for (;;) {
    const seasons = await loadSeasonTotals(pool, programId, afterId);
    for (const season of seasons) {
      const name = `season from ${season.startsAt.toISOString()} on ${season.board}: participants`;
      for (const finding of compare(name, season.standings, season.participants)) {
        return { member: null, memberId: null, ...finding };
      }
      if (season.standings !== (participants.get(season.id) ?? 0)) {
        const stray = await findStray(pool, season);
        if (stray !== undefined) return stray;
      }
      const miscount = await findMiscount(pool, season);
      if (miscount !== undefined) return miscount;
    }
    const last = seasons.at(-1);
    if (last === undefined) return undefined;
    afterId = last.id;
  }
}

async function findStray(pool: Pool, season: SeasonTotal): Promise<SeasonDifference | undefined> {
  let afterId = 0;
  for (;;) {
    const standings = await standingsWithoutEntry(pool, season, afterId);
    const stray = standings.find(({ earned }) => !earned);
    if (stray !== undefined) {
      const { member, memberId, score } = stray;
      const what = `standing on ${season.board}, season from ${season.startsAt.toISOString()}: score`;
      return { member, memberId, what, expected: 'none', found: String(score) };
    }
    const last = standings.at(-1);
    if (last === undefined) return undefined;
    afterId = last.memberId;
  }
}

/** Where the histogram, by which ranks are found, does not count what is there. */
async function findMiscount(
  pool: Pool,
  season: SeasonTotal,
): Promise<SeasonDifference | undefined> {
  const name = `season from ${season.startsAt.toISOString()} on ${season.board}: histogram`;
  // Without one ranks are counted from the top.
  if (season.inHistogram === null) return undefined;
  for (const finding of compare(name, season.standings, season.inHistogram)) {
    return { member: null, memberId: null, ...finding };
  }
  for (let after = 0; ; ) {
    const marks = await countMarks(pool, season.id, after);
    for (const { mark, expected, found } of marks) {
      for (const finding of compare(`${name}, mark ${mark}`, expected, found)) {
        return { member: null, memberId: null, ...finding };
      }
      after = mark;
    }
    if (marks.length === 0) return undefined;
  }
}
