/** What a member's rows give for boards: the same facts that the event log told of. */
import { emptyStreak, extendStreak } from '../checkin/streak.ts';
import type { LeaderboardMetric } from '../generated/prisma/enums.ts';
import { entrySource } from '../leaderboards/metrics.ts';
import { type BoardTimes, seasonOfFact } from '../leaderboards/seasons.ts';
import type { MemberRows } from './member-rows.ts';

/** A board that is compared. */
export type VerifiedBoard = BoardTimes & {
  readonly id: number;
  readonly metric: LeaderboardMetric;
  readonly countsFrom: Date;
  /** Whether it counts only facts of some members: those it noted. */
  readonly isFiltered: boolean;
};

/** What a member's rows give for one season. */
export type Expected = {
  readonly boardId: number;
  readonly startsAt: Date;
  readonly memberId: number;
  score: number;
  reachedAt: Date;
};

type Fact = {
  readonly at: Date;
  readonly reachedAt: Date;
  readonly amount: number;
  readonly source: string;
};

/** The facts of a member that a metric counts, but for activities (`check-activity-boards`). */
function factsOf(metric: LeaderboardMetric, rows: MemberRows): Fact[] {
  switch (metric) {
    case 'POINTS_EARNED':
      return earned(rows);
    case 'POINTS_NET':
      return [...earned(rows), ...spent(rows)];
    case 'CHECK_INS':
      return days(rows).map((fact) => ({ ...fact, amount: 1 }));
    case 'STREAK':
      return days(rows);
    case 'ACTIVITY_VALUE':
    case 'ACTIVITY_COUNT':
    case 'ATTEMPTS':
      return [];
  }
}

const earned = ({ chain }: MemberRows) =>
  chain.entries.flatMap(
    ({ seq, kind, amount, occurredAt: at, recordedAt, explanation }): Fact[] => {
      if (kind === 'EARN') return [{ at, reachedAt: at, amount, source: entrySource(seq) }];
      if (kind !== 'REVERSAL') return [];
      const source = entrySource(explanation.of);
      return [{ at, reachedAt: recordedAt, amount: 0 - Number(explanation.reversed), source }];
    },
  );

function spent({ chain, redemptions }: MemberRows): Fact[] {
  const orders = new Map(redemptions.map((order) => [String(order.id), order.occurredAt]));
  return chain.entries.flatMap(
    ({ seq, kind, amount, occurredAt, sourceId, explanation }): Fact[] => {
      const reachedAt = occurredAt;
      if (kind === 'SPEND')
        return [{ at: occurredAt, reachedAt, amount, source: entrySource(seq) }];
      if (kind !== 'REFUND') return [];
      const at = orders.get(sourceId) ?? occurredAt;
      return [{ at, reachedAt, amount, source: entrySource(explanation.of) }];
    },
  );
}

/** Each checked-in day, with how long its run was on it. */
function days({ checkIns }: MemberRows): Fact[] {
  const sorted = [...checkIns].sort((a, b) => (a.localDate < b.localDate ? -1 : 1));
  let streak = emptyStreak;
  return sorted.map(({ localDate, occurredAt: at, zone }) => {
    streak = extendStreak(streak, localDate, zone);
    return { at, reachedAt: at, amount: streak.current, source: `CHECK_IN:${localDate}` };
  });
}

/** The standings that members' rows give on boards; `noted` are facts of boards with a filter. */
export function expectedOf(
  rows: MemberRows,
  boards: readonly VerifiedBoard[],
  noted: ReadonlySet<string>,
): Expected[] {
  const { memberId } = rows;
  const standings = new Map<string, Expected>();
  for (const board of boards) {
    for (const { at, reachedAt, amount, source } of factsOf(board.metric, rows)) {
      const season = seasonOfFact(board, at);
      if (season === undefined) continue;
      if (board.isFiltered && !noted.has(factName(board.id, memberId, source))) continue;
      const { startsAt } = season;
      const key = `${board.id}/${startsAt.getTime()}`;
      const known = standings.get(key);
      if (known === undefined) {
        standings.set(key, { boardId: board.id, startsAt, memberId, score: amount, reachedAt });
      } else if (board.metric !== 'STREAK') {
        known.score += amount;
        if (reachedAt > known.reachedAt) known.reachedAt = reachedAt;
      } else if (amount > known.score) {
        known.score = amount;
        known.reachedAt = reachedAt;
      }
    }
  }
  return [...standings.values()];
}

export const factName = (boardId: number, memberId: number, source: string) =>
  `${boardId}/${memberId}/${source}`;
