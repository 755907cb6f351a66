/** The ranking of a frozen season, as it is settled: part by part, in the order of its prizes. */
import { limits } from '../limits.ts';
import type { PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { Ranked } from './awards.ts';
import type { SettlementTerms } from './terms.ts';

/** Somebody in the order of the ranking. */
export type Row = Omit<Ranked, 'equals'>;

/** Who is ranked, by what: members who are shown, or teams that still have members. */
const RANKED = {
  INDIVIDUAL: { rows: 'standing t', id: 't.member_id', where: 'not t.hidden' },
  TEAM: {
    rows: 'team_standing t join team m on m.id = t.team_id',
    id: 't.team_id',
    // Who leaves once the season is final leaves nothing of it.
    where: `(m.disbanded_at is null
      or m.disbanded_at > (select frozen_at from season where id = $1))`,
  },
} as const;

/**
 * Whose score takes part: above 0, or any that was achieved in attempts. Who has had everything
 * taken back has won nothing.
 */
const counts = ({ metric }: SettlementTerms) => (metric === 'ATTEMPTS' ? 'true' : 't.score > 0');

/**
 * A part’s first row stands behind `last`; of the first part it is undefined. Each part is a range of
 * an index, wherever it begins: the last one takes no longer than the first.
 */
export function readRanking(
  client: PoolClient,
  seasonId: number,
  terms: SettlementTerms,
  last: Row | undefined,
  size: number,
): Promise<Row[]> {
  const { kind, goal } = terms;
  const { rows, id, where } = RANKED[kind];
  const from = last === undefined ? 'first' : 'next';
  const values = last === undefined ? [seasonId] : [seasonId, ...placeOf(last)];
  if (goal === 'RANKING') {
    const behind = `and t.score <= $2
      and (t.score < $2 or (t.reached_at, ${id}) > ($3::timestamptz, $4))`;
    return named<Row>(
      client,
      `settlements.readRanking:${kind}:${terms.metric === 'ATTEMPTS'}:${from}:${size}`,
      `select ${id} as "participantId", t.score, t.reached_at as "reachedAt" from ${rows}
       where t.season_id = $1 and ${where} and ${counts(terms)} ${last === undefined ? '' : behind}
       order by t.score desc, t.reached_at, ${id} limit ${Math.trunc(size)}`,
      values,
    );
  }
  const behind = `and $2::bigint is not null and (r.reached_at, r.position, r.participant_id) > ($3::timestamptz,
    (select x.position from target_reached x where x.season_id = $1 and x.participant_id = $4), $4)`;
  return named<Row>(
    client,
    `settlements.readReached:${kind}:${from}:${size}`,
    // Row by row: joined as the planner likes, a young table of all standings was read for each part.
    `select r.participant_id as "participantId", t.score, r.reached_at as "reachedAt"
     from target_reached r cross join lateral (
       select t.score from ${rows}
       where t.season_id = $1 and ${id} = r.participant_id and ${where} offset 0) t
     where r.season_id = $1 ${last === undefined ? '' : behind}
     order by r.reached_at, r.position, r.participant_id limit ${Math.trunc(size)}`,
    values,
  );
}

const placeOf = ({ score, reachedAt, participantId }: Row) => [
  ...[score, reachedAt.toISOString(), participantId],
];

/** How many are ranked at all, or with one score; of a target, who has reached it. */
export async function countRanked(
  client: PoolClient,
  seasonId: number,
  terms: SettlementTerms,
  score: number | null = null,
): Promise<number> {
  const { kind, goal } = terms;
  if (goal !== 'RANKING') return countReached(client, seasonId, kind);
  const { rows, where } = RANKED[kind];
  const [row] = await named<{ count: number }>(
    client,
    `settlements.countRanked:${kind}:${terms.metric === 'ATTEMPTS'}:${score === null}`,
    `select count(*) from ${rows} where t.season_id = $1 and ${where} and ${counts(terms)}
       ${score === null ? '' : 'and t.score = $2'}`,
    score === null ? [seasonId] : [seasonId, score],
  );
  return row?.count ?? 0;
}

/** Some at a time: there may be more than one statement has time for. */
async function countReached(client: PoolClient, seasonId: number, kind: keyof typeof RANKED) {
  const { rows, id, where } = RANKED[kind];
  const size = limits.settlementCountMax;
  let count = 0;
  for (let after: number | null = 0; after !== null; ) {
    const [row]: { found: number; last: number | null }[] = await named(
      client,
      `settlements.countReached:${kind}:${size}`,
      `select count(t.ranked) as found, max(r.participant_id) as last from (
         select * from target_reached where season_id = $1 and participant_id > $2
         order by participant_id limit ${size}) r
       left join lateral (
         select true as ranked from ${rows}
         where t.season_id = $1 and ${id} = r.participant_id and ${where} offset 0) t on true`,
      [seasonId, after],
    );
    count += row?.found ?? 0;
    after = row?.last ?? null;
  }
  return count;
}
