/** What tests of placements share: seasons written as the projection writes them, and a naive ranking. */
import { addScores, bumpVersions } from '../../src/leaderboards/seasons.sql.ts';
import type {
  Placement,
  Placements,
  PlacementsView,
  RankMode,
  StandingPlace,
} from '../../src/leaderboards/standings.ts';
import { inTransaction } from '../../src/platform/db.ts';
import type { TestApp, TestProgram } from '../support/app.ts';

export const rankModes: readonly RankMode[] = ['COMPETITION', 'DENSE', 'UNIQUE'];

/** A member's score grows or falls, at a minute. */
export type Change = {
  readonly memberId: number;
  readonly amount: number;
  readonly minute: number;
};

const START = Date.UTC(2026, 0, 1);
const minuteAt = (minute: number) => new Date(START + minute * 60_000);

/** A season with its naive ranking beside it. */
export type NaiveSeason = {
  readonly id: number;
  /** The version that was written last. */
  readonly version: number;
  /** One version: all of these changes, at most one of a member. */
  apply(changes: readonly Change[]): Promise<void>;
  /** Who stands where. */
  ranking(mode: RankMode): Placement[];
};

let seasons = 0;

/** Makes an empty season of a program's first leaderboard. */
export async function makeSeason(test: TestApp, program: TestProgram): Promise<NaiveSeason> {
  const { pool } = test.app;
  seasons += 1;
  const { rows } = await pool.query<{ id: number }>(
    `insert into season (leaderboard_id, starts_at, ends_at)
     select id, $2::timestamptz, $2::timestamptz + interval '1 hour' from leaderboard
     where program_id = $1 and key = 'daily' returning id`,
    [program.id, new Date(Date.UTC(2000, 0, 1, seasons)).toISOString()],
  );
  const seasonId = Number(rows[0]?.id);
  const places = new Map<number, StandingPlace>();
  let version = 0;
  return {
    id: seasonId,
    get version() {
      return version;
    },
    async apply(changes) {
      const scores = changes.map(({ memberId, amount, minute }) => ({
        ...{ seasonId, memberId, amount, reachedAt: minuteAt(minute), hidden: false },
      }));
      version = await inTransaction(pool, async (client) => {
        const put = await addScores(client, scores);
        const shown = put.filter((row) => row.created).length;
        const memberIds = put.map(({ memberId }) => memberId);
        const [bumped] = await bumpVersions(client, new Map([[seasonId, { shown, memberIds }]]));
        return bumped?.version ?? 0;
      });
      for (const { memberId, amount, reachedAt } of scores) {
        const known = places.get(memberId);
        const latest = known !== undefined && known.reachedAt > reachedAt;
        places.set(memberId, {
          score: (known?.score ?? 0) + amount,
          reachedAt: latest ? known.reachedAt : reachedAt,
          memberId,
        });
      }
    },
    ranking: (mode) => rankNaively([...places.values()], mode),
  };
}

function rankNaively(places: StandingPlace[], mode: RankMode): Placement[] {
  const sorted = places.sort(
    (a, b) =>
      b.score - a.score || a.reachedAt.getTime() - b.reachedAt.getTime() || a.memberId - b.memberId,
  );
  const scores = [...new Set(sorted.map(({ score }) => score))];
  return sorted.map((place, index) => {
    const above = sorted.findIndex(({ score }) => score === place.score);
    const rank =
      { UNIQUE: index, COMPETITION: above, DENSE: scores.indexOf(place.score) }[mode] + 1;
    return { ...place, rank };
  });
}

/** All pages of a size, one after the other. */
export async function walk(
  placements: Placements,
  season: { seasonId: number; rankMode: RankMode; atLeast?: number },
  size: number,
): Promise<PlacementsView> {
  const walked: Placement[] = [];
  for (;;) {
    const after = walked.at(-1);
    const view = await placements.page(season, size, after);
    walked.push(...view.placements);
    if (view.placements.length < size) return { ...view, placements: walked };
  }
}

/** Marks of a histogram that do not say how many stand ahead of them, and a wrong total. */
export async function histogramFaults(test: TestApp, seasonId: number): Promise<object[]> {
  const { rows } = await test.app.pool.query<object>(
    `select m.*, true_ahead, h.standings, total from season_histogram h
     cross join lateral (select count(*) as total from standing t where t.season_id = h.season_id) n
     left join lateral (
       select m.*, (select count(*) from standing t where t.season_id = h.season_id and (t.score > m.score
         or (t.score = m.score and (t.reached_at, t.member_id) < (m.reached_at, m.member_id)))) as true_ahead
       from unnest(h.scores, h.reached_ats, h.member_ids, h.ahead)
         as m (score, reached_at, member_id, ahead)) m on true
     where h.season_id = $1 and (total <> h.standings or m.ahead <> true_ahead)`,
    [seasonId],
  );
  return rows;
}
