import type { Pool, PoolClient } from '../platform/db.ts';
import { compare, type Difference, type Finding } from './difference.ts';
import { type Expected, expectedOf, factName, type VerifiedBoard } from './expected-standings.ts';
import { countMarks } from './histograms.sql.ts';
import type { MemberRows } from './member-rows.ts';
import {
  loadNotedFacts,
  loadSeasonTotals,
  loadStandings,
  type SeasonTotal,
  type StoredStanding,
  standingsWithoutFact,
} from './standings.sql.ts';

const STANDINGS_PER_READ = 2_000;

/** Season id → how many members their rows give a standing in it. */
export type Participants = Map<number, number>;

/**
 * Compares members' standings in every season not yet frozen with what they did in it. Only for
 * members whose events the boards have all read.
 */
export async function findStandingDifference(
  client: PoolClient,
  boards: readonly VerifiedBoard[],
  members: readonly MemberRows[],
  participants: Participants,
): Promise<{ memberId: number; finding: Finding } | undefined> {
  const noted = await notedFacts(client, boards, members);
  const expected = members.flatMap((rows) => expectedOf(rows, boards, noted));
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

/** Names of the facts that boards with a filter have noted as counted. */
async function notedFacts(
  client: PoolClient,
  boards: readonly VerifiedBoard[],
  members: readonly MemberRows[],
): Promise<ReadonlySet<string>> {
  const boardIds = boards.filter(({ isFiltered }) => isFiltered).map(({ id }) => id);
  if (boardIds.length === 0) return new Set();
  const memberIds = members.map(({ memberId }) => memberId);
  const facts = await loadNotedFacts(client, boardIds, memberIds);
  return new Set(facts.map(({ boardId, memberId, source }) => factName(boardId, memberId, source)));
}

function* compareStanding(expected: Expected, stored: StoredStanding): Generator<Finding> {
  const name = `standing on ${stored.board}, season from ${expected.startsAt.toISOString()}`;
  yield* compare(`${name}: score`, expected.score, stored.score);
  yield* compare(`${name}: reached at`, expected.reachedAt, stored.reachedAt);
  yield* compare(`${name}: hidden`, String(stored.optedOut), String(stored.hidden));
}

type SeasonDifference = Pick<Difference, 'member' | 'memberId'> & Finding;

/**
 * Compares seasons as a whole: their count of participants, and standings of members who did
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
      for (const finding of compare(name, season.shown, season.participants)) {
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
    const standings = await standingsWithoutFact(pool, season, afterId);
    const stray = standings.find(({ counted }) => !counted);
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
  for (const finding of compare(name, season.shown, season.inHistogram)) {
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
