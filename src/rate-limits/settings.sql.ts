import { named, type Pool } from '../platform/db.ts';
import type { RateSettings } from './limit.ts';

/** What a program has set; checked when it was. */
export type RateSettingsRow = {
  readonly holders: RateSettings['holders'];
  readonly clients: Readonly<Record<string, { perSecond: number; burst: number }>>;
};

export const loadRateSettings = (pool: Pool, programId: number) =>
  named<RateSettingsRow>(
    pool,
    'rateLimits.load',
    `select p.rate_limits as holders,
       coalesce((select json_object_agg(c.name, json_build_object(
           'perSecond', c.rate_per_second, 'burst', c.rate_burst))
         from client c where c.program_id = p.id and c.rate_burst is not null), '{}') as clients
     from program p where p.id = $1`,
    [programId],
  );

/** Operations of a client, not retired, that cost more than `units`, the dearest first. */
export const loadLargeOperations = (
  pool: Pool,
  programId: number,
  client: string,
  units: number,
  now: Date,
) =>
  named<{ id: string; name: string | null; cost: number }>(
    pool,
    'rateLimits.loadLargeOperations',
    `select o.id, o.name, o.cost from persisted_operation o join client c on c.id = o.client_id
     where c.program_id = $1 and c.name = $2 and o.cost > $3
       and (o.retires_at is null or o.retires_at > $4)
     order by o.cost desc, o.id limit 20`,
    [programId, client, units, now.toISOString()],
  );
