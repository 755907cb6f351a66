/** What an import must come to, worked out by other means than the code under test. */

export type Expected = {
  rows: number;
  accepted: number;
  duplicates: number;
  membersEnrolled: number;
  pointsAwarded: number;
  /** The three highest totals of points. */
  topTotals: number[];
};

const LADDER = [10, 15, 20, 25, 30, 35, 40];
const DAY_MS = 86_400_000;

/** For a clean file under the default plan, days from midnight to midnight. */
export function expectedOf(csv: string, zone: string): Expected {
  const lines = csv.trim().split('\n').slice(1);
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone });
  const daysOf = new Map<string, Set<number>>();
  for (const line of lines) {
    const [member = '', at = ''] = line.trim().split(',');
    const day = Date.parse(`${format.format(new Date(at))}T00:00:00Z`) / DAY_MS;
    daysOf.set(member, (daysOf.get(member) ?? new Set()).add(day));
  }
  const totals = [...daysOf.values()].map((days) => {
    let sum = 0;
    let run = 0;
    for (const day of [...days].sort((a, b) => a - b)) {
      run = days.has(day - 1) ? run + 1 : 1;
      sum += LADDER[Math.min(run, LADDER.length) - 1] ?? 0;
    }
    return sum;
  });
  const accepted = [...daysOf.values()].reduce((sum, days) => sum + days.size, 0);
  return {
    rows: lines.length,
    accepted,
    duplicates: lines.length - accepted,
    membersEnrolled: daysOf.size,
    pointsAwarded: totals.reduce((sum, total) => sum + total, 0),
    topTotals: totals.sort((a, b) => b - a).slice(0, 3),
  };
}

/** The items in another order, the same in every run. */
export function shuffled<T>(items: readonly T[], seed = 1): T[] {
  const result = [...items];
  let state = seed;
  for (let left = result.length - 1; left > 0; left -= 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    const at = state % (left + 1);
    [result[left], result[at]] = [result[at] as T, result[left] as T];
  }
  return result;
}
