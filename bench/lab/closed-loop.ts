import { percentile } from './stats.ts';
import type { Window, WindowOptions } from './window.ts';

/** Does one unit of work; false or a throw counts as failed. */
export type Work = () => Promise<boolean>;

/**
 * Keeps `callers` units of work under way, one after the other each: first to warm up, then
 * measured. Ends when all that began have answered.
 */
export async function closedLoop(work: Work, options: WindowOptions): Promise<Window> {
  const { callers, warmupMs, measureMs } = options;
  const from = performance.now() + warmupMs;
  const until = from + measureMs;
  const latencies: number[] = [];
  let completed = 0;
  let succeeded = 0;
  let failed = 0;
  let firstError: unknown;
  const caller = async () => {
    for (let began = performance.now(); began < until; began = performance.now()) {
      const done = await work().catch((error: unknown) => {
        firstError ??= error;
        return false;
      });
      const ended = performance.now();
      if (done) succeeded += 1;
      else failed += 1;
      if (done && ended >= from && ended < until) completed += 1;
      if (began >= from) latencies.push(ended - began);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  if (firstError !== undefined) console.error('first failure:', firstError);
  return {
    seconds: measureMs / 1000,
    completed,
    succeeded,
    failed,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  };
}
