import type { ApiKeyScope } from '../generated/prisma/enums.ts';
import { named, type Pool } from '../platform/db.ts';
import type { ApiKeyRole } from './viewer.ts';

/** A key as callers are told by it. */
export type KeyRow = {
  readonly programId: number;
  readonly role: ApiKeyRole;
  readonly secretHash: Buffer;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  /** None: it is not narrowed. */
  readonly scopes: readonly ApiKeyScope[];
  /** Name of the client that it belongs to. */
  readonly client: string | null;
};

export const findApiKey = (pool: Pool, id: string) =>
  named<KeyRow>(
    pool,
    'auth.findApiKey',
    `select k.program_id as "programId", k.role, k.secret_hash as "secretHash",
            k.expires_at as "expiresAt", k.revoked_at as "revokedAt",
            k.last_used_at as "lastUsedAt", k.scopes::text[] as scopes, c.name as client
     from api_key k left join client c on c.id = k.client_id where k.id = $1`,
    [id],
  );

/** Notes when a key was used, unless some node did since `since`. */
export const touchApiKey = (pool: Pool, id: string, now: Date, since: Date) =>
  named(
    pool,
    'auth.touchApiKey',
    `update api_key set last_used_at = $2
     where id = $1 and (last_used_at is null or last_used_at <= $3)`,
    [id, now, since],
  );

/** What keys are called, whether they still work or not. */
export const loadKeyNames = (pool: Pool, ids: readonly string[]) =>
  named<{ id: string; name: string }>(
    pool,
    'auth.loadKeyNames',
    'select id, name from api_key where id = any($1)',
    [ids],
  );
