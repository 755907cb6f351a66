/** The ranking of a frozen season, as it is settled: part by part, in the order of its prizes. */
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

/** A part's first row stands behind `last`; of the first part it is null. */
export function readRanking(
  client: PoolClient,
  seasonId: number,
  terms: SettlementTerms,
  last: Row | undefined,
  size: number,
): Promise<Row[]> {
  const { kind, goal } = terms;
  const { rows, id, where } = RANKED[kind];
  const columns = `${id} as "participantId", t.score, t.reached_at as "reachedAt"`;
  if (goal === 'RANKING') {
    return named<Row>(
      client,
      `settlements.readRanking:${kind}:${terms.metric === 'ATTEMPTS'}:${size}`,
      `select ${columns} from ${rows}
       where t.season_id = $1 and ${where} and ${counts(terms)} and ($2::bigint is null
         or t.score < $2 or (t.score = $2 and (t.reached_at, ${id}) > ($3::timestamptz, $4)))
       order by t.score desc, t.reached_at, ${id} limit ${Math.trunc(size)}`,
      [seasonId, ...placeOf(last)],
    );
  }
  return named<Row>(
    client,
    `settlements.readReached:${kind}:${size}`,
    `select ${id} as "participantId", t.score, r.reached_at as "reachedAt"
     from target_reached r join ${rows} on ${id} = r.participant_id and t.season_id = r.season_id
     where r.season_id = $1 and ${where} and ($4::bigint is null or
       (r.reached_at, r.position, r.participant_id) > ($3::timestamptz,
         (select x.position from target_reached x where x.season_id = $1 and x.participant_id = $4),
         $4)) and $2::bigint is not distinct from $2
     order by r.reached_at, r.position, r.participant_id limit ${Math.trunc(size)}`,
    [seasonId, ...placeOf(last)],
  );
}

const placeOf = (last: Row | undefined) =>
  last === undefined
    ? [null, null, null]
    : [last.score, last.reachedAt.toISOString(), last.participantId];

/** How many are ranked at all, or with one score. */
export async function countRanked(
  client: PoolClient,
  seasonId: number,
  terms: SettlementTerms,
  score: number | null = null,
): Promise<number> {
  const { kind, goal } = terms;
  const { rows, id, where } = RANKED[kind];
  const reached =
    goal === 'RANKING'
      ? counts(terms)
      : `exists (select from target_reached r where r.season_id = $1 and r.participant_id = ${id})`;
  const [row] = await named<{ count: number }>(
    client,
    `settlements.countRanked:${kind}:${goal === 'RANKING'}:${terms.metric === 'ATTEMPTS'}`,
    `select count(*) from ${rows} where t.season_id = $1 and ${where} and ${reached}
       and ($2::bigint is null or t.score = $2)`,
    [seasonId, score],
  );
  return row?.count ?? 0;
}
