/** What a member's rows give for boards: the same facts that the event log told of. */
import { emptyStreak, extendStreak } from '../checkin/streak.ts';
import type { LeaderboardMetric } from '../generated/prisma/enums.ts';
import type { BoardChallenge } from '../leaderboards/counting-boards.sql.ts';
import { combiningOf, entrySource } from '../leaderboards/metrics.ts';
import { type BoardTimes, seasonOfFact } from '../leaderboards/seasons.ts';
import type { MemberRows } from './member-rows.ts';

/** A board that is compared. */
export type VerifiedBoard = BoardTimes & {
  readonly id: number;
  readonly metric: LeaderboardMetric;
  readonly countsFrom: Date;
  /** Whether it counts only facts of some members: those it noted. */
  readonly isFiltered: boolean;
  /** The challenge whose ranking it is: facts count of who takes part, while they do. */
  readonly challenge: Pick<BoardChallenge, 'id' | 'attemptOperator'> | null;
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
function factsOf({ metric, challenge }: VerifiedBoard, rows: MemberRows): Fact[] {
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
      return [];
    case 'ATTEMPTS':
      return attempted(rows, challenge?.id);
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

const attempted = ({ attempts }: MemberRows, challengeId: number | undefined) =>
  attempts
    .filter((attempt) => attempt.challengeId === challengeId)
    .map(({ number, score: amount, occurredAt: at }): Fact => {
      return { at, reachedAt: at, amount, source: `ATTEMPT:${challengeId}:${number}` };
    });

/** What a refund gives back comes off when it was spent: the line it goes back to says when. */
function spent({ chain }: MemberRows): Fact[] {
  const debits = new Map(chain.entries.map(({ seq, occurredAt }) => [seq, occurredAt]));
  return chain.entries.flatMap(({ seq, kind, amount, occurredAt, explanation }): Fact[] => {
    const reachedAt = occurredAt;
    if (kind === 'SPEND') return [{ at: occurredAt, reachedAt, amount, source: entrySource(seq) }];
    if (kind !== 'REFUND') return [];
    const at = debits.get(Number(explanation.of)) ?? occurredAt;
    return [{ at, reachedAt, amount, source: entrySource(explanation.of) }];
  });
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
    const part = rows.parts.find(({ challengeId }) => challengeId === board.challenge?.id);
    if (board.challenge !== null && part === undefined) continue;
    for (const { at, reachedAt, amount, source } of factsOf(board, rows)) {
      const season = seasonOfFact(board, at);
      if (season === undefined || (part !== undefined && !isWithin(part, at))) continue;
      if (board.isFiltered && !noted.has(factName(board.id, memberId, source))) continue;
      const { startsAt } = season;
      const key = `${board.id}/${startsAt.getTime()}`;
      const known = standings.get(key);
      if (known === undefined) {
        standings.set(key, { boardId: board.id, startsAt, memberId, score: amount, reachedAt });
      } else if (combiningOf(board) === 'ADD') {
        known.score += amount;
        if (reachedAt > known.reachedAt) known.reachedAt = reachedAt;
      } else if (isBetter(board, known, { amount, reachedAt })) {
        known.score = amount;
        known.reachedAt = reachedAt;
      }
    }
  }
  return [...standings.values()];
}

/** Whether a fact happened while somebody's part in a challenge counted. */
const isWithin = ({ countsFrom, countsUntil }: MemberRows['parts'][number], at: Date) =>
  at >= countsFrom && (countsUntil === null || at < countsUntil);

/** Whether a fact takes the place of those before: the highest, or of the last attempt the latest. */
function isBetter(
  board: VerifiedBoard,
  { score, reachedAt: before }: Expected,
  { amount, reachedAt }: Pick<Fact, 'amount' | 'reachedAt'>,
): boolean {
  const [same, higher] = [reachedAt.getTime() === before.getTime(), amount > score];
  if (combiningOf(board) === 'REPLACE') return reachedAt > before || (same && higher);
  return higher || (amount === score && reachedAt < before);
}

export const factName = (boardId: number, memberId: number, source: string) =>
  `${boardId}/${memberId}/${source}`;
