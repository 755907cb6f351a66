import { limits } from '../limits.ts';
import { named, type Pool } from '../platform/db.ts';
import type { ClientOperations, StoredOperation } from './choose.ts';

/** A program's clients and operations as they are read: at once, so that they fit each other. */
export type OperationsRow = {
  readonly version: number;
  readonly clients: readonly (Pick<ClientOperations, 'name' | 'mode' | 'costMax'> & {
    readonly id: number;
  })[];
  readonly operations: readonly (StoredOperation & { readonly clientId: number })[];
};

/**
 * `retiredSince`: what was retired before is as if it had never been. Of what has retired since, the
 * latest are told apart by their ids; their texts nobody runs any more.
 */
export const loadOperations = (pool: Pool, programId: number, retiredSince: Date, now: Date) =>
  named<OperationsRow>(
    pool,
    'operations.load',
    `select p.config_version as version,
       coalesce((select json_agg(json_build_object(
           'id', c.id, 'name', c.name, 'mode', c.mode, 'costMax', c.cost_max))
         from client c where c.program_id = p.id), '[]') as clients,
       coalesce((select json_agg(json_build_object(
           'clientId', o.client_id, 'id', o.id, 'hash', o.hash, 'text', o.text, 'name', o.name,
           'cost', o.cost, 'retiresAt', floor(extract(epoch from o.retires_at) * 1000)))
         from (
           select client_id, id, hash, text, name, cost, retires_at from persisted_operation
           where program_id = $1 and (retires_at is null or retires_at > $3)
           union all
           (select client_id, id, hash, '', name, cost, retires_at from persisted_operation
            where program_id = $1 and retires_at > $2 and retires_at <= $3
            order by retires_at desc limit $4)) o), '[]')
         as operations
     from program p where p.id = $1`,
    [programId, retiredSince, now, limits.programOperationsMax],
  );

/** Grows with every change of the program's settings. */
export const loadSettingsVersion = (pool: Pool, programId: number) =>
  named<{ version: number }>(
    pool,
    'operations.version',
    'select config_version as version from program where id = $1',
    [programId],
  );
