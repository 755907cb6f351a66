import type { Bus } from '../platform/bus.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import { ProgramConfigs } from '../programs/config.ts';
import { Projection } from '../projections/projection.ts';
import { badgesConsumer } from './badges-consumer.ts';
import { sweepBadges } from './sweep.ts';

type Tools = {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly bus: Bus;
};

/** Starts what awards badges: their projection of the event log; a job does the rest. */
export async function openBadges({ pool, clock, log, bus }: Tools) {
  const configs = new ProgramConfigs();
  const projection = new Projection(badgesConsumer(configs, clock), pool, log, (message) =>
    bus.publish(message),
  );
  await projection.start();
  return { projection, sweep: () => sweepBadges({ pool, clock, bus, log, configs }) };
}
