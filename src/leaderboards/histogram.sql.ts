import { LRUCache } from 'lru-cache';
import { limits } from '../limits.ts';
import { assert } from '../platform/assert.ts';
import type { PoolClient } from '../platform/db.ts';
import { named, together } from '../platform/db.ts';
import { randomHex } from '../platform/ids.ts';
import { groupBy } from '../platform/lists.ts';
import {
  aheadOf,
  cut,
  type Histogram,
  largeParts,
  type Move,
  moved,
  partSize,
  thinned,
  totalOf,
} from './histogram.ts';
import type { StandingPlace } from './standings.ts';

type CountsRow = { seasonId: number; revision: string; standings: number; ahead: number[] };
type MarksRow = Pick<CountsRow, 'seasonId'> & {
  scores: number[];
  reachedAts: string[];
  memberIds: number[];
};

type Marks = readonly StandingPlace[];

/** Marks by their revision, which they alone have: they rarely change, and are long. */
const knownMarks = new LRUCache<string, Marks>({
  maxSize: limits.seasonMarksKept,
  sizeCalculation: (marks) => marks.length + 1,
});

/**
 * Writes standings of some seasons and keeps their histograms right: the only way to write them.
 * The seasons are locked before, so what `write` reads of their standings is what it changes.
 */
export async function writeStandings<Row>(
  client: PoolClient,
  seasonIds: readonly number[],
  write: () => Promise<Row[]>,
  moveOf: (row: Row) => Move,
): Promise<Row[]> {
  const [, counts, rows] = await together(client, () =>
    Promise.all([lockSeasons(client, seasonIds), loadCounts(client, seasonIds), write()]),
  );
  await moveInHistograms(client, counts, rows.map(moveOf));
  return rows;
}

/**
 * Locks seasons against other writers of their standings until the transaction ends. By id: one
 * order everywhere.
 */
const lockSeasons = (client: PoolClient, seasonIds: readonly number[]) =>
  named(
    client,
    'leaderboards.lockSeasons',
    'select from season where id = any($1) order by id for no key update',
    [seasonIds],
  );

/** What the histograms of seasons count. As JSON: arrays are slow to parse. */
const loadCounts = (client: PoolClient, seasonIds: readonly number[]) =>
  named<CountsRow>(
    client,
    'leaderboards.loadCounts',
    `select season_id as "seasonId", revision, standings, to_json(ahead) as ahead
     from season_histogram where season_id = any($1)`,
    [seasonIds],
  );

/** Moves standings in histograms of their seasons, after they were moved. */
async function moveInHistograms(
  client: PoolClient,
  counts: readonly CountsRow[],
  moves: readonly Move[],
): Promise<void> {
  const marks = await loadMarks(client, counts);
  const byId = new Map(counts.map((row) => [row.seasonId, row]));
  const recounted: Histogram[] = [];
  const recut: Histogram[] = [];
  for (const [seasonId, own] of groupBy(moves, (move) => move.seasonId)) {
    const row = byId.get(seasonId);
    const histogram =
      row === undefined
        ? await newHistogram(client, seasonId)
        : moved(histogramOf(row, marks), own);
    const next = await withParts(client, histogram);
    if (next.revision === row?.revision) recounted.push(next);
    else recut.push(next);
  }
  if (recounted.length > 0) await saveCounts(client, recounted);
  if (recut.length > 0) await saveMarks(client, recut);
}

function histogramOf(
  { seasonId, revision, standings, ahead }: CountsRow,
  known: ReadonlyMap<string, Marks>,
): Histogram {
  const marks = known.get(revision) ?? [];
  assert(marks.length === ahead.length, 'each mark knows how many stand ahead of it');
  const sizes = [...ahead, standings].map((count, index) => count - (ahead[index - 1] ?? 0));
  return { seasonId, revision, marks, sizes };
}

/** A season that has none yet is counted: it is new, or its rows came by another way. */
async function newHistogram(client: PoolClient, seasonId: number): Promise<Histogram> {
  const [row] = await named<{ standings: number }>(
    client,
    'leaderboards.countStandings',
    'select count(*) as standings from standing where season_id = $1 and not hidden',
    [seasonId],
  );
  return { seasonId, revision: '', marks: [], sizes: [row?.standings ?? 0] };
}

/** Cuts parts that have grown too large; under a revision of its own when any was. */
async function withParts(client: PoolClient, histogram: Histogram): Promise<Histogram> {
  const large = largeParts(histogram);
  if (large.length === 0 && histogram.revision !== '') return histogram;
  const size = partSize(histogram);
  let next = histogram;
  for (const part of large) {
    next = { ...next, ...cut(next, part, await everyNth(client, next, part, size), size) };
  }
  const revised = { ...next, ...thinned(next), revision: randomHex(16) };
  knownMarks.set(revised.revision, revised.marks);
  return revised;
}

const ORDER = 'score desc, reached_at, member_id';

/** Each `size`th place of a part. */
function everyNth(client: PoolClient, histogram: Histogram, part: number, size: number) {
  const { seasonId, marks, sizes } = histogram;
  const mark = marks[part - 1];
  const from = 'from standing where season_id = $1 and not hidden';
  const run =
    mark === undefined
      ? `select * ${from} order by ${ORDER} limit $2`
      : `(select * ${from} and score = $4 and (reached_at, member_id) >= ($5, $6)
            order by ${ORDER} limit $2)
         union all (select * ${from} and score < $4 order by ${ORDER} limit $2)
         order by ${ORDER} limit $2`;
  const values =
    mark === undefined ? [] : [mark.score, mark.reachedAt.toISOString(), mark.memberId];
  return named<StandingPlace>(
    client,
    `leaderboards.everyNth:${mark === undefined ? 'first' : 'next'}`,
    `select score, reached_at as "reachedAt", member_id as "memberId"
     from (select *, row_number() over (order by ${ORDER}) - 1 as n from (${run}) t) t
     where n > 0 and n % $3::bigint = 0 order by n`,
    [seasonId, sizes[part] ?? 0, size, ...values],
  );
}

/** Those of all these seasons, however many are kept. */
async function loadMarks(client: PoolClient, counts: readonly CountsRow[]) {
  const marks = new Map<string, Marks>();
  for (const { revision } of counts) {
    const known = knownMarks.get(revision);
    if (known !== undefined) marks.set(revision, known);
  }
  const unknown = counts.filter(({ revision }) => !marks.has(revision));
  if (unknown.length === 0) return marks;
  const rows = await named<MarksRow>(
    client,
    'leaderboards.loadMarks',
    `select season_id as "seasonId", to_json(scores) as scores,
            to_json(reached_ats) as "reachedAts", to_json(member_ids) as "memberIds"
     from season_histogram where season_id = any($1)`,
    [unknown.map((row) => row.seasonId)],
  );
  const byId = new Map(rows.map((row) => [row.seasonId, row]));
  for (const { seasonId, revision } of unknown) {
    const found = marksOf(byId.get(seasonId));
    marks.set(revision, found);
    knownMarks.set(revision, found);
  }
  return marks;
}

const marksOf = (row: MarksRow | undefined): StandingPlace[] =>
  (row?.scores ?? []).map((score, index) => ({
    score,
    reachedAt: new Date(row?.reachedAts[index] ?? 0),
    memberId: row?.memberIds[index] ?? 0,
  }));

const countsOf = (histogram: Histogram) => ({
  season_id: histogram.seasonId,
  standings: totalOf(histogram),
  ahead: aheadOf(histogram),
});

const saveCounts = (client: PoolClient, histograms: readonly Histogram[]) =>
  named(
    client,
    'leaderboards.saveCounts',
    `update season_histogram h set standings = v.standings, ahead = v.ahead
     from json_to_recordset($1) as v (season_id bigint, standings bigint, ahead bigint[])
     where h.season_id = v.season_id`,
    [JSON.stringify(histograms.map(countsOf))],
  );

const saveMarks = (client: PoolClient, histograms: readonly Histogram[]) =>
  named(
    client,
    'leaderboards.saveMarks',
    `insert into season_histogram
       (season_id, revision, standings, ahead, scores, reached_ats, member_ids)
     select * from json_to_recordset($1) as v (season_id bigint, revision text, standings bigint,
       ahead bigint[], scores bigint[], reached_ats timestamptz[], member_ids bigint[])
     order by season_id
     on conflict (season_id) do update set revision = excluded.revision,
       standings = excluded.standings, ahead = excluded.ahead, scores = excluded.scores,
       reached_ats = excluded.reached_ats, member_ids = excluded.member_ids`,
    [
      JSON.stringify(
        histograms.map((histogram) => ({
          ...countsOf(histogram),
          revision: histogram.revision,
          scores: histogram.marks.map(({ score }) => score),
          reached_ats: histogram.marks.map(({ reachedAt }) => reachedAt.toISOString()),
          member_ids: histogram.marks.map(({ memberId }) => memberId),
        })),
      ),
    ],
  );
