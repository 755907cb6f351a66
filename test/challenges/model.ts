/** What challenges come to, told naively: everything is counted anew from all that happened. */

export type Rules = {
  readonly scoring: 'SUM' | 'AVERAGE' | 'TOP_N' | 'CAPPED_SUM';
  readonly top: number;
  readonly cap: number;
  /** Of attempts; null: it counts activities. */
  readonly operator: 'BEST' | 'SUM' | 'LAST' | null;
  readonly startsAt: number;
  readonly endsAt: number;
};

type Part = {
  readonly who: string;
  team: string;
  from: number;
  until: number;
  joinedAt: number;
  state: 'JOINED' | 'LEFT' | 'DISQUALIFIED';
};
type Fact = { readonly who: string; readonly at: number; readonly value: number };
export type Activity = Fact & { readonly units: number; returned: number };
type Score = { readonly score: number; readonly at: number };

/** One contest of teams. */
export class ModelContest {
  readonly rules: Rules;
  readonly #parts = new Map<string, Part>();
  readonly #attempts: Fact[] = [];

  constructor(rules: Rules) {
    this.rules = rules;
  }

  joined(who: string, team: string, now: number): void {
    const from = Math.max(this.rules.startsAt, now + 1);
    const part = { who, team, from, until: this.rules.endsAt, joinedAt: now };
    this.#parts.set(who, { ...part, state: 'JOINED' });
  }

  ended(who: string, state: 'LEFT' | 'DISQUALIFIED', now: number): void {
    const part = this.#parts.get(who);
    if (part === undefined || part.state === 'DISQUALIFIED') return;
    const hasLeft = part.state === 'LEFT';
    if (hasLeft && state === 'LEFT') return;
    part.state = state;
    if (hasLeft) return;
    part.until = now < this.rules.startsAt ? part.from : Math.max(part.from, now + 1);
  }

  attempted(who: string, at: number, value: number): void {
    this.#attempts.push({ who, at, value });
  }

  /** What a member has, whoever sees it; undefined when nothing of theirs counted. */
  #score(part: Part, activities: readonly Activity[]): number | undefined {
    const { operator, startsAt, endsAt } = this.rules;
    const counts = ({ who, at }: Fact) =>
      who === part.who && at >= Math.max(startsAt, part.from) && at < Math.min(endsAt, part.until);
    if (operator === null) {
      const own = activities.filter((one) => counts(one) && one.value > 0);
      if (own.length === 0) return undefined;
      return own.reduce((sum, { value, units, returned }) => {
        return sum + Math.floor((value * (units - returned)) / units);
      }, 0);
    }
    const own: Score[] = this.#attempts
      .filter(counts)
      .map(({ value: score, at }) => ({ score, at }));
    if (own.length === 0) return undefined;
    if (operator === 'SUM') return own.reduce((sum, { score }) => sum + score, 0);
    const best = own.sort((a, b) =>
      operator === 'BEST' ? b.score - a.score : b.at - a.at || b.score - a.score,
    )[0];
    return best?.score;
  }

  /** The members who are listed: `name score`, sorted. */
  members(activities: readonly Activity[]): string[] {
    return [...this.#parts.values()]
      .filter(({ state }) => state === 'JOINED')
      .flatMap((part) => {
        const score = this.#score(part, activities);
        return score === undefined ? [] : [`${part.who} ${score}`];
      })
      .sort();
  }

  /** The teams that are listed: `name score`, sorted. */
  teams(activities: readonly Activity[]): string[] {
    const { scoring, top, cap, startsAt } = this.rules;
    const names = new Set([...this.#parts.values()].map(({ team }) => team));
    return [...names]
      .flatMap((name) => {
        const own = [...this.#parts.values()].filter(({ team }) => team === name);
        if (!own.some(({ state }) => state === 'JOINED')) return [];
        const scores = own
          .filter(({ state }) => state !== 'DISQUALIFIED')
          .flatMap((part) => this.#score(part, activities) ?? [])
          .sort((a, b) => b - a);
        if (scores.length === 0) return [];
        const roster = own.filter(
          ({ joinedAt, from, until }) => joinedAt < startsAt && until > from,
        );
        const sum = scores.reduce((all, score) => all + score, 0);
        const best = scores.slice(0, top).reduce((all, score) => all + score, 0);
        const capped = scores.reduce((all, score) => all + Math.min(cap, score), 0);
        const average = Math.floor(sum / Math.max(1, roster.length));
        const score = { SUM: sum, AVERAGE: average, TOP_N: best, CAPPED_SUM: capped }[scoring];
        return [`${name} ${score}`];
      })
      .sort();
  }
}
