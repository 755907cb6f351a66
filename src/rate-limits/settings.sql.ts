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
