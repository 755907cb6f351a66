import type { ApiKeyScope } from '../generated/prisma/enums.ts';

export type ApiKeyRole = 'OPERATOR' | 'SERVICE' | 'PARTNER' | 'SCREEN';

/** The bearer of a member token. */
export type MemberViewer = {
  readonly kind: 'member';
  readonly programId: number;
  readonly externalId: string;
  /** When the token ends. */
  readonly expiresAt: Date;
  /** Name of the client that the token was given to. */
  readonly client?: string | undefined;
};

/** Who is calling. One program at most: nobody speaks for two tenants. */
export type Viewer =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'key';
      readonly programId: number;
      readonly keyId: string;
      readonly role: ApiKeyRole;
      /** A PARTNER key, with the rights of SERVICE for an operation that was registered. */
      readonly isPartner?: true;
      /** Name of the client that the key belongs to. */
      readonly client?: string | undefined;
      /** What the key is narrowed to; undefined: it has all that its role has. */
      readonly scopes?: readonly ApiKeyScope[] | undefined;
    }
  | MemberViewer
  /** Ourselves: the command line and the housekeeping jobs. */
  | { readonly kind: 'system'; readonly programId: number; readonly name: string };

/** A caller who belongs to a program. */
export type KnownViewer = Exclude<Viewer, { kind: 'anonymous' }>;

/** Whether what they may run depends on what was registered: callers of a client, and partners. */
export const isBound = (viewer: Viewer): boolean =>
  viewer.kind === 'key'
    ? viewer.client !== undefined || viewer.role === 'PARTNER'
    : viewer.kind === 'member' && viewer.client !== undefined;

/** Whether a caller’s scopes let them in where this one is needed; most callers have no scopes. */
export const hasScope = (viewer: Viewer, scope: ApiKeyScope): boolean =>
  viewer.kind !== 'key' || viewer.scopes === undefined || viewer.scopes.includes(scope);

/** As ledger entries and audit rows name the caller. */
export function actorOf(viewer: KnownViewer): string {
  if (viewer.kind === 'key') return `key:${viewer.keyId}`;
  if (viewer.kind === 'member') return 'member';
  return viewer.name;
}

/** Whose sockets, streams and units are counted together. */
export function ownerOf(viewer: Viewer): string {
  if (viewer.kind === 'key') return viewer.keyId;
  if (viewer.kind === 'member') return `${viewer.programId}/${viewer.externalId}`;
  return viewer.kind;
}
