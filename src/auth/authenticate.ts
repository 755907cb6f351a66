import { limits } from '../limits.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import { sha256 } from '../platform/ids.ts';
import { parseApiKey, secretMatches } from './api-key.ts';
import { claimedProgram, verifyMemberToken } from './member-token.ts';
import type { ApiKeyRole, MemberViewer, Viewer } from './viewer.ts';

/** The credential is not valid (any more). Says no more than that. */
export class Unauthenticated extends Error {
  constructor(message = 'the credential is not valid') {
    super(message);
    this.name = 'Unauthenticated';
  }
}

type Secret = { readonly bytes: Buffer | undefined; readonly until: number };

type KeyRow = {
  programId: number;
  role: ApiKeyRole;
  secretHash: Buffer;
  expiresAt: Date | null;
  revokedAt: Date | null;
  client: string | null;
};

/**
 * Tells who calls. One function serves HTTP, SSE and WebSocket. What it found is remembered for
 * a few seconds, so a revoked key stops working within that time on every node.
 */
export class Authenticator {
  readonly #pool: Pool;
  readonly #clock: Clock;
  readonly #cache = new Map<string, { viewer: Viewer; until: number }>();
  /** What each member's token was signed with. */
  readonly #signedWith = new WeakMap<MemberViewer, Buffer>();
  readonly #secrets = new Map<number, Secret>();

  constructor(pool: Pool, clock: Clock) {
    this.#pool = pool;
    this.#clock = clock;
  }

  /** `authorization`: `Bearer <API key or member token>`; absent means anonymous. */
  async authenticate(authorization: string | null | undefined): Promise<Viewer> {
    if (authorization === undefined || authorization === null || authorization === '') {
      return { kind: 'anonymous' };
    }
    const [, credential] = /^Bearer ([\x21-\x7e]{1,8192})$/i.exec(authorization) ?? [];
    if (credential === undefined) throw new Unauthenticated('expected "Bearer <credential>"');
    const now = this.#clock.now();
    const cacheKey = sha256(credential).toString('base64');
    const cached = this.#cache.get(cacheKey);
    if (cached !== undefined && now.getTime() < cached.until) return cached.viewer;
    const viewer = credential.startsWith('tm_')
      ? await this.#byApiKey(credential, now)
      : await this.#byMemberToken(credential, now);
    if (viewer === undefined) throw new Unauthenticated();
    this.#remember(cacheKey, viewer, now.getTime());
    return viewer;
  }

  /**
   * Whether a member token found valid before still is: not over, and not signed with a secret that
   * was replaced. Asked again and again of every open socket, so it checks no signature.
   */
  async isCurrent(viewer: MemberViewer): Promise<boolean> {
    const now = this.#clock.now();
    if (viewer.expiresAt <= now) return false;
    const known = this.#secrets.get(viewer.programId);
    const secret =
      known !== undefined && now.getTime() < known.until
        ? known.bytes
        : await this.#loadSecret(viewer.programId, now.getTime() + limits.authCacheMs);
    const signedWith = this.#signedWith.get(viewer);
    return secret !== undefined && signedWith?.equals(secret) === true;
  }

  async #loadSecret(programId: number, until: number): Promise<Buffer | undefined> {
    const [program] = await named<{ secret: Buffer }>(
      this.#pool,
      'auth.loadTokenSecret',
      'select token_secret as secret from program where id = $1',
      [programId],
    );
    this.#secrets.set(programId, { bytes: program?.secret, until });
    return program?.secret;
  }

  #remember(cacheKey: string, viewer: Viewer, now: number): void {
    if (this.#cache.size >= limits.authCacheEntriesMax) this.#cache.clear();
    const end = viewer.kind === 'member' ? viewer.expiresAt.getTime() : Number.POSITIVE_INFINITY;
    this.#cache.set(cacheKey, { viewer, until: Math.min(now + limits.authCacheMs, end) });
  }

  async #byApiKey(credential: string, now: Date): Promise<Viewer | undefined> {
    const parsed = parseApiKey(credential);
    if (parsed === undefined) return undefined;
    const [row] = await named<KeyRow>(
      this.#pool,
      'auth.findApiKey',
      `select k.program_id as "programId", k.role, k.secret_hash as "secretHash",
              k.expires_at as "expiresAt", k.revoked_at as "revokedAt", c.name as client
       from api_key k left join client c on c.id = k.client_id where k.id = $1`,
      [parsed.id],
    );
    if (row === undefined || !secretMatches(parsed.secret, row.secretHash)) return undefined;
    if (row.revokedAt !== null && row.revokedAt <= now) return undefined;
    if (row.expiresAt !== null && row.expiresAt <= now) return undefined;
    const { programId, role, client } = row;
    return { kind: 'key', programId, keyId: parsed.id, role, client: client ?? undefined };
  }

  async #byMemberToken(credential: string, now: Date): Promise<Viewer | undefined> {
    const programKey = claimedProgram(credential);
    if (programKey === undefined) return undefined;
    const [program] = await named<{ id: number; secret: Buffer }>(
      this.#pool,
      'auth.findTokenSecret',
      'select id, token_secret as secret from program where key = $1',
      [programKey],
    );
    if (program === undefined) return undefined;
    const claims = await verifyMemberToken(credential, programKey, program.secret, now);
    if (claims === undefined) return undefined;
    const viewer: MemberViewer = { kind: 'member', programId: program.id, ...claims };
    this.#signedWith.set(viewer, program.secret);
    return viewer;
  }
}
