/** When somebody reaches the target of a challenge. Pure. */
import type { Reaching, TargetTeam, TeamRecount } from './contests.sql.ts';
import type { Gain } from './count-facts.ts';
import { combiningOf } from './metrics.ts';
import type { PutRow } from './seasons.sql.ts';
import { teamScore } from './team-score.ts';

/** Standings that were written, with the facts that changed them, in the order of the log. */
export type Written = { readonly rows: readonly PutRow[]; readonly gains: readonly Gain[] };

/**
 * Who has come to the target, and by which fact, or fell below it. Facts are taken one by one, so
 * that it does not matter how many of them were counted together.
 */
export function reachings({ rows, gains }: Written): Reaching[] {
  const byStanding = new Map<string, Gain[]>();
  for (const gain of gains) {
    const { challenge } = gain.board;
    if (challenge?.kind !== 'INDIVIDUAL' || challenge.target === null) continue;
    const key = `${challenge.seasonId}/${gain.memberId}`;
    const known = byStanding.get(key);
    if (known === undefined) byStanding.set(key, [gain]);
    else known.push(gain);
  }
  return rows.flatMap((row): Reaching[] => {
    const own = byStanding.get(`${row.seasonId}/${row.memberId}`) ?? [];
    const target = own[0]?.board.challenge?.target ?? null;
    return target === null ? [] : [reachingOf(row, own, target)];
  });
}

function reachingOf(row: PutRow, gains: readonly Gain[], target: number): Reaching {
  const { seasonId, memberId: participantId } = row;
  let now: Score = { score: row.oldScore, reachedAt: row.oldReachedAt };
  const crossing = new Crossing(target, now);
  for (const gain of gains) {
    now = after(now, gain);
    crossing.follow(now, gain.position);
  }
  return crossing.told({ seasonId, participantId, isThere: row.score >= target });
}

/** Follows a score from fact to fact, and knows by which it came to the target. */
class Crossing {
  readonly #target: number;
  #at: Date | null;
  #position = 0;

  constructor(target: number, { score, reachedAt }: Score) {
    this.#target = target;
    this.#at = score !== null && score >= target ? reachedAt : null;
  }

  follow({ score, reachedAt }: Score, position: number): void {
    if (score === null || score < this.#target) this.#at = null;
    else if (this.#at === null) {
      this.#at = reachedAt;
      this.#position = position;
    }
  }

  told(of: Pick<Reaching, 'seasonId' | 'participantId'> & { readonly isThere: boolean }): Reaching {
    const { seasonId, participantId, isThere } = of;
    const reachedAt = isThere ? this.#at : null;
    return { seasonId, participantId, reachedAt, position: this.#position };
  }
}

/** The same for a team, by the facts of its members; `recount` is what it has come to. */
export function teamReaching(
  team: TargetTeam,
  recount: TeamRecount,
  target: number,
  written: Written,
): Reaching {
  const { seasonId, teamId: participantId } = team;
  const [before, ...steps] = totals(team, written);
  const crossing = new Crossing(target, before.total);
  for (const { total, position } of steps) crossing.follow(total, position);
  const isThere = recount.score !== null && recount.score >= target;
  return crossing.told({ seasonId, participantId, isThere });
}

/**
 * When a team came to its score by the facts of its members, taken one by one: so it does not matter
 * how many of them were counted together (S65). Undefined: none of them changed it.
 */
export function teamReachedAt(team: TargetTeam, written: Written): Date | undefined {
  const [before, ...steps] = totals(team, written);
  let reachedAt: Date | undefined;
  let { score } = before.total;
  for (const { total } of steps) {
    if (total.score !== score) reachedAt = total.reachedAt ?? undefined;
    score = total.score;
  }
  return reachedAt;
}

type Step = { readonly total: Score; readonly position: number };

/** What a team had before these facts, and behind each of its members'. */
function totals(team: TargetTeam, { rows, gains }: Written): [Step, ...Step[]] {
  const changed = new Map(
    rows.filter((row) => row.seasonId === team.seasonId).map((row) => [row.memberId, row]),
  );
  const scores = new Map<number, Score>();
  for (const { memberId, score, reachedAt } of team.members) {
    const row = changed.get(memberId);
    const before = row && { score: row.oldScore, reachedAt: row.oldReachedAt };
    scores.set(
      memberId,
      before ?? { score, reachedAt: reachedAt === null ? null : new Date(reachedAt) },
    );
  }
  const steps: [Step, ...Step[]] = [{ total: totalOf(team, scores), position: 0 }];
  for (const gain of gains) {
    const known = scores.get(gain.memberId);
    if (known === undefined || gain.board.challenge?.seasonId !== team.seasonId) continue;
    scores.set(gain.memberId, after(known, gain));
    steps.push({ total: totalOf(team, scores), position: gain.position });
  }
  return steps;
}

/** A team's score, reached when the newest of its parts was; of TOP_N, of those that count. */
function totalOf(team: TargetTeam, scores: ReadonlyMap<number, Score>): Score {
  const all = [...scores.values()];
  const score = teamScore(
    team,
    all.flatMap((part) => part.score ?? []),
  );
  const parts = team.scoring === 'TOP_N' ? bestOf(all, team.top ?? 0) : all;
  const newest = Math.max(0, ...parts.map(({ reachedAt }) => reachedAt?.getTime() ?? 0));
  return { score, reachedAt: score === null ? null : new Date(newest) };
}

/** The best scores, of equal ones those reached first. */
const bestOf = (parts: readonly Score[], count: number): Score[] =>
  parts
    .filter(({ score }) => score !== null)
    .sort(
      (a, b) =>
        (b.score ?? 0) - (a.score ?? 0) ||
        (a.reachedAt?.getTime() ?? 0) - (b.reachedAt?.getTime() ?? 0),
    )
    .slice(0, count);

type Score = { readonly score: number | null; readonly reachedAt: Date | null };

/** A score after one more fact: as the statements of `putSums` have it. */
function after(
  { score, reachedAt }: Score,
  { amount, reachedAt: at, board }: Gain,
): { readonly score: number; readonly reachedAt: Date } {
  if (score === null || reachedAt === null) return { score: amount, reachedAt: at };
  const before = { score, reachedAt };
  switch (combiningOf(board)) {
    case 'ADD':
      return { score: score + amount, reachedAt: at > reachedAt ? at : reachedAt };
    case 'RAISE':
      return amount > score || (amount === score && at < reachedAt)
        ? { score: amount, reachedAt: at }
        : before;
    case 'REPLACE':
      return at > reachedAt || (at.getTime() === reachedAt.getTime() && amount > score)
        ? { score: amount, reachedAt: at }
        : before;
  }
}
