/** Badges as a reader of the specification would count them by hand: from all facts, every time. */

const DAY = 24 * 3_600_000;
const local = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Rome' });
/** Local dates as numbers of days, so that those in a row differ by one. */
export const dayOf = (at: number) => Date.parse(`${local.format(at)}T00:00:00Z`) / DAY;

type Activity = {
  readonly type: string;
  readonly reference: string;
  readonly at: number;
  returned: boolean;
};

/** Whether the facts of a member reach what a badge asks for. */
type Rule = (facts: Facts) => boolean;
export type ModelBadge = {
  readonly key: string;
  readonly definition: object;
  readonly rule: (since: number) => Rule;
};

/** What a member did. */
export class Facts {
  /** By local day when the member checked in. */
  readonly days = new Map<number, number>();
  readonly activities: Activity[] = [];
  points = 0;

  daysSince = (since: number) => [...this.days].filter(([, at]) => at >= since).map(([day]) => day);
  longest(since: number): number {
    const days = new Set(this.daysSince(since));
    let most = 0;
    for (const first of days) {
      let last = first;
      while (days.has(last + 1)) last += 1;
      most = Math.max(most, last - first + 1);
    }
    return most;
  }
  kept = (type: string, since: number) =>
    this.activities.filter((one) => one.type === type && one.at >= since && !one.returned).length;
}

const past = { countsPast: true };
const named = (key: string, criterion: object, rule: ModelBadge['rule'], more: object = {}) => ({
  ...{ key, rule },
  definition: { title: key, criterion, ...more },
});

/** A badge of each kind; each is published at some time of the history. */
export const badges: readonly ModelBadge[] = [
  named('total', { checkIns: { total: 3 } }, (since) => (all) => all.daysSince(since).length >= 3),
  named(
    'total-past',
    { checkIns: { total: 4 } },
    () =>
      ({ days }) =>
        days.size >= 4,
    past,
  ),
  named('run', { streak: { days: 3 } }, (since) => (all) => all.longest(since) >= 3),
  named('run-past', { streak: { days: 2 } }, () => (all) => all.longest(0) >= 2, past),
  named(
    'points',
    { points: { lifetime: 40 } },
    () =>
      ({ points }) =>
        points >= 40,
    past,
  ),
  named(
    'share',
    { activities: { type: 'share', count: 2 } },
    (since) => (all) => all.kept('share', since) >= 2,
  ),
];

/** What a member has, by what was seen at each look; badges are never lost, but by hand. */
export class Holdings {
  readonly #state = new Map<string, 'EARNED' | 'REVOKED'>();

  look(facts: Facts, published: ReadonlyMap<string, number>): void {
    for (const { key, rule } of badges) {
      const since = published.get(key);
      if (since === undefined || this.#state.has(key)) continue;
      if (rule(since)(facts)) this.#state.set(key, 'EARNED');
    }
  }
  revoke(key: string): void {
    if (this.#state.has(key)) this.#state.set(key, 'REVOKED');
  }
  award(key: string): void {
    this.#state.set(key, 'EARNED');
  }
  get earned(): string[] {
    return [...this.#state].flatMap(([key, state]) => (state === 'EARNED' ? key : [])).sort();
  }
}
