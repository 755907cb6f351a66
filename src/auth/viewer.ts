export type ApiKeyRole = 'OPERATOR' | 'SERVICE' | 'PARTNER' | 'SCREEN';

/** The bearer of a member token. */
export type MemberViewer = {
  readonly kind: 'member';
  readonly programId: number;
  readonly externalId: string;
  /** When the token ends. */
  readonly expiresAt: Date;
};

/** Who is calling. One program at most: nobody speaks for two tenants. */
export type Viewer =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'key';
      readonly programId: number;
      readonly keyId: string;
      readonly role: ApiKeyRole;
    }
  | MemberViewer
  /** Ourselves: the command line and the housekeeping jobs. */
  | { readonly kind: 'system'; readonly programId: number; readonly name: string };

/** A caller who belongs to a program. */
export type KnownViewer = Exclude<Viewer, { kind: 'anonymous' }>;

/** As ledger entries and audit rows name the caller. */
export function actorOf(viewer: KnownViewer): string {
  if (viewer.kind === 'key') return `key:${viewer.keyId}`;
  if (viewer.kind === 'member') return 'member';
  return viewer.name;
}

/** Whose sockets and streams are counted together. */
export function ownerOf(viewer: Viewer): string {
  if (viewer.kind === 'key') return viewer.keyId;
  if (viewer.kind === 'member') return `${viewer.programId}/${viewer.externalId}`;
  return viewer.kind;
}
