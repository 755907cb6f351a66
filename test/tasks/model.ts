/** What tasks should come to, counted the plain way: everything anew from all facts, in UTC. */

/** Something a member did; `left` of `units` items were not returned. */
export type Fact = {
  readonly kind: 'share' | 'purchase' | 'checkIn';
  readonly at: number;
  readonly order: string;
  readonly value: number;
  readonly units: number;
  left: number;
};

type Done = { readonly key: string; readonly at: number };
type Period = { readonly start: string; readonly progress: number; readonly doneAt: number | null };

const DAY = 86_400_000;
const dayOf = (at: number) => Math.floor(at / DAY);
const dateOf = (day: number) => new Date(day * DAY).toISOString().slice(0, 10);

const weekOf = (at: number) => dateOf(dayOf(at) - ((dayOf(at) + 3) % 7));
const monthOf = (at: number) => `${dateOf(dayOf(at)).slice(0, 8)}01`;

type Item = { readonly at: number; readonly order: string; readonly worth: number };

const sorted = (items: readonly Item[]) =>
  [...items].sort((a, b) => a.at - b.at || (a.order < b.order ? -1 : 1));

function count(items: readonly Item[], startOf: (at: number) => string, target: number): Period[] {
  const starts = [...new Set(items.map(({ at }) => startOf(at)))];
  return starts.map((start) => {
    let progress = 0;
    let doneAt: number | null = null;
    for (const { at, worth } of items) {
      if (startOf(at) !== start) continue;
      progress += worth;
      if (progress >= target && doneAt === null) doneAt = at;
    }
    return { start, progress, doneAt };
  });
}

/** Windows of three days, each from the first fact after the one before. */
function ownStarts(items: readonly Item[]): (at: number) => string {
  const starts: number[] = [];
  for (const { at } of items) {
    const last = starts.at(-1);
    if (last === undefined || dayOf(at) >= last + 3) starts.push(dayOf(at));
  }
  return (at) => dateOf(starts.filter((start) => start <= dayOf(at)).at(-1) ?? 0);
}

/** All periods by task key, of the tasks that sequence.property.test.ts sets. */
export function expectedTasks(facts: readonly Fact[]): Record<string, Period[]> {
  const of = (kind: Fact['kind'], worth: (fact: Fact) => number) =>
    sorted(
      facts
        .filter((fact) => fact.kind === kind && fact.left > 0)
        .map((fact) => ({ at: fact.at, order: fact.order, worth: worth(fact) }))
        .filter((item) => item.worth > 0),
    );
  const shares = of('share', () => 1);
  const purchases = of('purchase', ({ value, left, units }) => Math.floor((value * left) / units));
  const visits = of('checkIn', () => 1);
  const daily = count(shares, (at) => dateOf(dayOf(at)), 2);
  const own = count(shares, ownStarts(shares), 3);
  const spend = count(purchases, weekOf, 100);
  const first = Math.min(...spend.flatMap(({ doneAt }) => doneAt ?? []));
  const once = () => '1970-01-01';
  const next = count(
    shares.filter(({ at }) => at > first),
    once,
    2,
  );
  const hand = count(visits, once, 2);
  const done = Object.entries({ daily, own, spend }).flatMap(([key, periods]) =>
    periods.flatMap(({ doneAt }): Done[] => (doneAt === null ? [] : [{ key, at: doneAt }])),
  );
  // Each part once in a month, as it came first.
  const parts = [...new Set(done.map(({ key, at }) => `${key} ${monthOf(at)}`))].map((name) => {
    const times = done.filter(({ key, at }) => `${key} ${monthOf(at)}` === name);
    return { at: Math.min(...times.map(({ at }) => at)), order: name, worth: 1 };
  });
  return { daily, own, spend, next, hand, combo: count(sorted(parts), monthOf, 2) };
}

/** What each completion pays. */
export const points: Readonly<Record<string, number>> = {
  ...{ daily: 5, own: 7, spend: 11, next: 13, hand: 3, combo: 17 },
};
