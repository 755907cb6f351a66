import { Counter, Histogram, type Registry } from 'prom-client';

/** What the standings tell Prometheus. */
export type StandingsMetrics = ReturnType<typeof createStandingsMetrics>;

export function createStandingsMetrics(registry: Registry) {
  const registers = [registry];
  return {
    reads: new Counter({
      name: 'tallymark_standings_reads_total',
      help: 'Reads of standings by what answered, and why the database did although there is Redis.',
      labelNames: ['source', 'reason'],
      registers,
    }),
    rebuilds: new Counter({
      name: 'tallymark_standings_rebuilds_total',
      help: 'Seasons copied to Redis as a whole, by outcome.',
      labelNames: ['outcome'],
      registers,
    }),
    syncSeconds: new Histogram({
      name: 'tallymark_standings_sync_seconds',
      help: 'Time from a version’s commit until Redis has it.',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
  };
}
