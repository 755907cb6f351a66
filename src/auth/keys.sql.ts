import { named, type Pool } from '../platform/db.ts';

/** What keys are called, whether they still work or not. */
export const loadKeyNames = (pool: Pool, ids: readonly string[]) =>
  named<{ id: string; name: string }>(
    pool,
    'auth.loadKeyNames',
    'select id, name from api_key where id = any($1)',
    [ids],
  );
