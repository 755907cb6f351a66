/**
 * The steps of a settlement that are transactions: each is done once, or again from where it was.
 * The settlement's row is locked meanwhile; a node that finds it locked leaves it alone.
 */
import { limits } from '../limits.ts';
import type { Pool, PoolClient } from '../platform/db.ts';
import { inTransaction } from '../platform/db.ts';
import { groupBy } from '../platform/lists.ts';
import { atStart, award, isAlone, type Progress, type Ranked } from './awards.ts';
import { countRanked, type Row, readRanking } from './ranking.sql.ts';
import { lockSettlement, markPlanned, noteRanked } from './settlement.sql.ts';
import { splitPrize } from './team-split.ts';
import type { SettlementRow } from './terms.ts';
import {
  findPlanned,
  insertWinners,
  lastWinner,
  planParts,
  planWinners,
  readWinningTeams,
} from './winners.sql.ts';

export { countRanked };

/** Writes down the next winners (FROZEN → RANKED); whether there was anything to do. */
export const rankNext = (pool: Pool, id: number): Promise<boolean> =>
  inTransaction(pool, async (client) => {
    const row = await lockSettlement(client, id, 'FROZEN');
    if (row === undefined) return false;
    const { terms, seasonId } = row;
    const last = await lastWinner(client, id, terms.goal === 'RANKING' && !isAlone(terms));
    const ranked = last === undefined ? await countRanked(client, seasonId, terms) : row.ranked;
    const part = await nextWinners(client, { ...row, ranked }, last ?? atStart, last);
    if (part.winners.length > 0) await insertWinners(client, id, part.winners);
    await noteRanked(client, id, ranked, part.done);
    return true;
  });

/** The next winners of a frozen ranking, and whether they are the last. */
export async function nextWinners(
  client: PoolClient,
  settlement: Pick<SettlementRow, 'terms' | 'seasonId' | 'ranked'>,
  progress: Progress,
  last: Row | undefined,
) {
  const { terms, seasonId } = settlement;
  const rows = await readRanking(client, seasonId, terms, last, limits.settlementRowsMax);
  const isEnd = rows.length < limits.settlementRowsMax;
  const part = award(terms, await withEquals(client, settlement, rows), progress);
  return { ...part, done: part.done || isEnd };
}

/** Notes how many are ranked equal: those at the ends of a part may go on in others. */
async function withEquals(
  client: PoolClient,
  { terms, seasonId, ranked }: Pick<SettlementRow, 'terms' | 'seasonId' | 'ranked'>,
  rows: readonly Row[],
): Promise<Ranked[]> {
  if (isAlone(terms)) return rows.map((row) => ({ equals: 1, ...row }));
  if (terms.goal === 'EVERYONE_AT_TARGET') {
    return rows.map((row) => ({ equals: ranked, ...row }));
  }
  const sizes = new Map<number, number>();
  for (const { score } of rows) sizes.set(score, (sizes.get(score) ?? 0) + 1);
  for (const score of new Set([rows[0]?.score, rows.at(-1)?.score])) {
    if (score === undefined) continue;
    sizes.set(score, await countRanked(client, seasonId, terms, score));
  }
  return rows.map((row) => ({ equals: sizes.get(row.score) ?? 1, ...row }));
}

/** Writes down the next payouts (RANKED → PLANNED); whether there was anything to do. */
export const planNext = (pool: Pool, id: number): Promise<boolean> =>
  inTransaction(pool, async (client) => {
    const row = await lockSettlement(client, id, 'RANKED');
    if (row === undefined) return false;
    const { planned, won } = await findPlanned(client, id);
    let until = planned;
    if (row.terms.kind === 'INDIVIDUAL') {
      until += limits.settlementRowsMax;
      await planWinners(client, id, planned, until);
    } else {
      // A team that nobody is left in gets nothing: its places leave no trace of how far this came.
      for (let parts = 0; parts === 0 && until < won; until += limits.settlementTeamsMax) {
        parts = await planTeams(client, row, until, until + limits.settlementTeamsMax);
      }
    }
    if (until >= won) await markPlanned(client, id);
    return true;
  });

/** Splits what teams won among their members; answers among how many. */
async function planTeams(
  client: PoolClient,
  { id, terms }: SettlementRow,
  after: number,
  until: number,
): Promise<number> {
  const rows = await readWinningTeams(client, id, after, until);
  const places = groupBy(rows, ({ place }) => place);
  const parts = [...places].flatMap(([place, members]) =>
    splitPrize(members[0]?.points ?? 0, terms.teamPrizeSplit ?? 'EQUAL', members).map((part) => ({
      place,
      ...part,
    })),
  );
  if (parts.length > 0) await planParts(client, id, parts);
  return parts.length;
}
