import { Counter, Histogram, type Registry } from 'prom-client';

/** What the engine tells Prometheus. */
export type EngineMetrics = ReturnType<typeof createEngineMetrics>;

export function createEngineMetrics(registry: Registry) {
  const registers = [registry];
  return {
    batchSize: new Histogram({
      name: 'tallymark_engine_batch_commands',
      help: 'Commands per batch.',
      buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500],
      registers,
    }),
    batchSeconds: new Histogram({
      name: 'tallymark_engine_batch_seconds',
      help: 'Time from taking a batch to its last answer, retries included.',
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    commandSeconds: new Histogram({
      name: 'tallymark_engine_command_seconds',
      help: 'Time from a command’s arrival to its durable answer.',
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    failures: new Counter({
      name: 'tallymark_engine_batch_failures_total',
      help: 'Failed attempts of a batch, by kind.',
      labelNames: ['kind'],
      registers,
    }),
    refused: new Counter({
      name: 'tallymark_engine_queue_full_total',
      help: 'Commands turned away because the queue was full.',
      registers,
    }),
  };
}
