/** API keys as those who administer them see them; of a secret nothing is ever read back. */
import { isInUse } from '../auth/api-key.ts';
import { allScopes, scopesOf } from '../auth/scopes.ts';
import type { ApiKeyRole, KnownViewer } from '../auth/viewer.ts';
import type { ApiKeyScope } from '../generated/prisma/enums.ts';
import type { PageRange } from '../graphql/paging.ts';
import { limits } from '../limits.ts';
import type { PrismaClient } from '../platform/db.ts';
import { InputError } from '../platform/refusal.ts';
import type { SettingsChange } from '../programs/change-settings.ts';
import { ApiKeyLimitReached, ApiKeyNotFound, ApiKeyScopesExceeded } from './keys.refusals.ts';

/** Everything about a key but the hash of its secret. */
export const keySelect = {
  ...{ id: true, role: true, name: true, scopes: true, clientId: true, replacesId: true },
  ...{ createdAt: true, expiresAt: true, revokedAt: true, lastUsedAt: true },
  client: { select: { id: true, name: true, mode: true, costMax: true, createdAt: true } },
} as const;

/** A key as the API and the command line show it. */
export type ApiKeyShape = {
  readonly id: string;
  readonly role: ApiKeyRole;
  readonly name: string;
  /** As stored: none means all that the role has. */
  readonly scopes: readonly ApiKeyScope[];
  readonly clientId: number | null;
  readonly replacesId: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly client: {
    readonly id: number;
    readonly name: string;
    readonly mode: 'OPEN' | 'LOG' | 'REQUIRED';
    readonly costMax: number | null;
    readonly createdAt: Date;
  } | null;
};

/** A key that was just made, and its text: the only time it is seen. */
export type MadeKey = { readonly apiKey: ApiKeyShape; readonly text: string };

/** Where a key stands in the list: by when it was made. */
export type KeyPlace = readonly [createdAt: string, id: string];

/** Keys in use: neither revoked nor over. */
const inUseAt = (now: Date) => ({
  AND: [
    { OR: [{ revokedAt: null }, { revokedAt: { gt: now } }] },
    { OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
  ],
});

/** A page of a program's keys, oldest first; `inUse` undefined: those that ended, too. */
export function listApiKeys(
  db: PrismaClient,
  { programId, inUse }: { readonly programId: number; readonly inUse?: boolean | undefined },
  now: Date,
  { before, after, limit, inverted }: PageRange<KeyPlace>,
): Promise<ApiKeyShape[]> {
  const order = inverted ? 'desc' : 'asc';
  return db.apiKey.findMany({
    where: {
      programId,
      AND: [
        after === undefined ? {} : beyond(after, 'gt'),
        before === undefined ? {} : beyond(before, 'lt'),
        inUse === undefined ? {} : inUse ? inUseAt(now) : { NOT: inUseAt(now) },
      ],
    },
    select: keySelect,
    orderBy: [{ createdAt: order }, { id: order }],
    take: limit,
  });
}

const beyond = ([at, id]: KeyPlace, way: 'gt' | 'lt') => {
  const createdAt = new Date(at);
  return { OR: [{ createdAt: { [way]: createdAt } }, { createdAt, id: { [way]: id } }] };
};

/** The program's key of this id. */
export async function keyNamed(
  { tx, programId }: SettingsChange,
  id: string,
): Promise<ApiKeyShape> {
  const key = await tx.apiKey.findFirst({ where: { id, programId }, select: keySelect });
  if (key === null) throw new ApiKeyNotFound();
  return key;
}

/** The key that was made of one that works and has not been revoked since. */
export const successorOf = ({ tx, now }: SettingsChange, id: string) =>
  tx.apiKey.findFirst({ where: { replacesId: id, ...inUseAt(now) }, select: { id: true } });

/** Bounds what a program can leave lying about. */
export async function refuseTooManyKeys({ tx, programId, now }: SettingsChange): Promise<void> {
  const count = await tx.apiKey.count({ where: { programId, ...inUseAt(now) } });
  if (count >= limits.programApiKeysMax) throw new ApiKeyLimitReached(limits.programApiKeysMax);
}

/** Nobody gives a key more than they have: of members’ and partners’ callers there is no question. */
export function refuseMoreThanOwn(
  viewer: KnownViewer,
  key: { readonly role: ApiKeyRole; readonly scopes: readonly ApiKeyScope[] },
): void {
  const own = viewer.kind === 'key' ? (viewer.scopes ?? allScopes) : allScopes;
  const missing = scopesOf(key).filter((scope) => !own.includes(scope));
  if (missing.length > 0) throw new ApiKeyScopesExceeded(missing);
}

/** When a key ended; undefined: it works. */
export function endOf(key: ApiKeyShape, now: Date): Date | undefined {
  if (isInUse(key, now)) return undefined;
  const { revokedAt, expiresAt } = key;
  if (revokedAt === null || revokedAt > now) return expiresAt ?? undefined;
  return expiresAt !== null && expiresAt < revokedAt ? expiresAt : revokedAt;
}

/** When a new key ends. */
export function future(expiresAt: Date, now: Date): Date {
  if (expiresAt > now) return expiresAt;
  throw new InputError('expiresAt', `must be in the future: it is ${now.toISOString()}`);
}

/** What audit rows say of a key: never its secret, nor the hash of it. */
export const auditOf = ({ role, name, scopes, client, expiresAt }: ApiKeyShape) => ({
  ...{ role, name },
  ...(scopes.length > 0 && { scopes: [...scopes] }),
  ...(client !== null && { client: client.name }),
  ...(expiresAt !== null && { expiresAt: expiresAt.toISOString() }),
});
