import { findSeason } from '../leaderboards/board-reads.ts';
import { rankedSeason, type Standings } from '../leaderboards/standings.ts';
import { limits } from '../limits.ts';
import type { BoardSnapshot, WatchedChallenge } from '../live/board-changes.ts';
import { assert } from '../platform/assert.ts';
import type { Pool } from '../platform/db.ts';
import { loadChallenges } from './challenge-reads.sql.ts';
import { nextPhaseAt, phaseOf, phases } from './phases.ts';
import { rankTeams } from './roster-reads.sql.ts';

/** Between two versions of a challenge's settings there is room for all of its phases. */
const VERSIONS_APART = 10;

/**
 * What the live hub keeps of a challenge: the top of its rankings, of members and of teams, and
 * where it stands. Its version grows with that of its season, of its settings, and its
 * phase; behind the last one fees are given back.
 */
export async function readContest(
  pool: Pool,
  standings: Standings,
  { challengeId, programId }: WatchedChallenge,
  now: Date,
): Promise<BoardSnapshot> {
  const [challenge] = await loadChallenges(pool, [challengeId]);
  assert(challenge !== undefined, 'a challenge that is followed is there');
  const season = await findSeason(pool, programId, challenge.seasonId);
  assert(season !== undefined, 'a challenge has its season');
  const first = limits.boardWindowRowsMax;
  const [view, { standings: teams }] = await Promise.all([
    standings.page(rankedSeason(season), first),
    challenge.kind === 'TEAM' ? rankTeams(pool, season, { first }) : { standings: [] },
  ]);
  const { version, participants } = view;
  const { cancelledAt, refundedAt, entryFee } = challenge;
  const isRefunded = cancelledAt !== null && refundedAt !== null;
  const phase = phases.indexOf(phaseOf(challenge, now)) + (isRefunded ? 1 : 0);
  const awaitsRefunds = cancelledAt !== null && refundedAt === null && entryFee > 0;
  return {
    season: { ...season, version, participants },
    version: version + VERSIONS_APART * challenge.version + phase,
    standings: view.standings,
    contest: { challenge, teams, changesAt: awaitsRefunds ? now : nextPhaseAt(challenge, now) },
  };
}
