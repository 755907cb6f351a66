import type { Engine } from '../engine/engine.ts';
import type { Bus } from '../platform/bus.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import { ProgramConfigs } from '../programs/config.ts';
import { Projection } from '../projections/projection.ts';
import { TaskSettler } from './settler.ts';
import { tasksConsumer } from './tasks-consumer.ts';

type Tools = {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly bus: Bus;
  readonly engine: Engine;
};

/** What keeps tasks going: their projection, and the settler that it wakes. */
export function createTasks({ pool, clock, log, bus, engine }: Tools) {
  const configs = new ProgramConfigs();
  const settler = new TaskSettler(pool, engine, log);
  const projection = new Projection(tasksConsumer(configs, clock), pool, log, (message) => {
    bus.publish(message);
    settler.wake();
  });
  return {
    projection,
    settler,
    configs,
    async start() {
      await projection.start();
      settler.wake(); // What a crash left undone.
    },
    async close() {
      await projection.stop();
      await settler.close();
    },
  };
}
