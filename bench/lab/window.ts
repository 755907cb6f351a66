/** What one case did in one stretch of time under a fixed number of callers. */
export type Window = {
  readonly seconds: number;
  /** Answers within the stretch. */
  readonly completed: number;
  /** All that succeeded, warm-up and stragglers included: as many rows must be there. */
  readonly succeeded: number;
  readonly failed: number;
  /** Of requests that began within the stretch. */
  readonly p50Ms: number;
  readonly p99Ms: number;
};

/** How a stretch is to be run. */
export type WindowOptions = {
  readonly callers: number;
  readonly warmupMs: number;
  readonly measureMs: number;
};

/** Which member checks in on which day: every request another pair, days in order. */
export type Pace = {
  readonly members: number;
  /** Noon or so of the first day, in milliseconds since 1970. */
  readonly firstDayMs: number;
};

const SCATTER_STEP = 7_919;
const DAY_MS = 86_400_000;

/** The member and the instant of the `index`th check-in. */
export function checkInAt(pace: Pace, index: number): { externalId: string; occurredAt: Date } {
  const day = Math.floor(index / pace.members);
  // Scattered, as members come; the step shares no factor with a number of members like 100,000.
  const member = ((index % pace.members) * SCATTER_STEP) % pace.members;
  return {
    externalId: `m${member}`,
    occurredAt: new Date(pace.firstDayMs + day * DAY_MS),
  };
}
