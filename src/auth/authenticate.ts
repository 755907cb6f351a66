import { limits } from '../limits.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import { sha256 } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import { isInUse, parseApiKey, secretMatches } from './api-key.ts';
import { findApiKey, type KeyRow, touchApiKey } from './keys.sql.ts';
import { TokenJudge } from './token-judge.ts';
import type { MemberViewer, Viewer } from './viewer.ts';

/** The credential is not valid (any more). Says no more than that. */
export class Unauthenticated extends Error {
  constructor(message = 'the credential is not valid') {
    super(message);
    this.name = 'Unauthenticated';
  }
}

type Found = { readonly viewer: Viewer; readonly endsAt: Date | null };

/**
 * Tells who calls. One function serves HTTP, SSE and WebSocket. What it found is remembered for
 * a few seconds, so a revoked key stops working within that time on every node.
 */
export class Authenticator {
  readonly #pool: Pool;
  readonly #clock: Clock;
  readonly #cache = new Map<string, { viewer: Viewer; until: number }>();
  readonly #tokens: TokenJudge;
  readonly #log: Log;

  constructor(pool: Pool, clock: Clock, log: Log) {
    this.#pool = pool;
    this.#clock = clock;
    this.#log = log;
    this.#tokens = new TokenJudge(pool, clock, log);
  }

  /** `authorization`: `Bearer <API key or member token>`; absent means anonymous. */
  async authenticate(authorization: string | null | undefined): Promise<Viewer> {
    if (authorization === undefined || authorization === null || authorization === '') {
      return { kind: 'anonymous' };
    }
    const credential = credentialOf(authorization);
    if (credential === undefined) throw new Unauthenticated('expected "Bearer <credential>"');
    const now = this.#clock.now();
    const cacheKey = sha256(credential).toString('base64');
    const cached = this.#cache.get(cacheKey);
    if (cached !== undefined && now.getTime() < cached.until) return cached.viewer;
    const found = credential.startsWith('tm_')
      ? await this.#byApiKey(credential, now)
      : await this.#byMemberToken(credential);
    if (found === undefined) throw new Unauthenticated();
    this.#remember(cacheKey, found, now.getTime());
    return found.viewer;
  }

  /** Whether a member token found valid before still is, told by what does not cost a signature. */
  async isCurrent(viewer: MemberViewer, authorization: string): Promise<boolean> {
    return this.#tokens.isCurrent(viewer, credentialOf(authorization) ?? '');
  }

  #remember(cacheKey: string, { viewer, endsAt }: Found, now: number): void {
    if (this.#cache.size >= limits.authCacheEntriesMax) this.#cache.clear();
    const end = endsAt?.getTime() ?? Number.POSITIVE_INFINITY;
    this.#cache.set(cacheKey, { viewer, until: Math.min(now + limits.authCacheMs, end) });
  }

  async #byApiKey(credential: string, now: Date): Promise<Found | undefined> {
    const parsed = parseApiKey(credential);
    if (parsed === undefined) return undefined;
    const [row] = await findApiKey(this.#pool, parsed.id);
    if (row === undefined || !secretMatches(parsed.secret, row.secretHash)) return undefined;
    if (!isInUse(row, now)) return undefined;
    this.#noteUse(parsed.id, row, now);
    const { programId, role, client, expiresAt } = row;
    const scopes = row.scopes.length === 0 ? undefined : row.scopes;
    return {
      viewer: {
        kind: 'key',
        programId,
        keyId: parsed.id,
        role,
        client: client ?? undefined,
        scopes,
      },
      endsAt: expiresAt,
    };
  }

  /** Keeps when a key was last used, to the hour: nobody waits for it, and nothing depends on it. */
  #noteUse(id: string, { lastUsedAt }: KeyRow, now: Date): void {
    const since = new Date(now.getTime() - limits.apiKeyUsedMs);
    if (lastUsedAt !== null && lastUsedAt > since) return;
    touchApiKey(this.#pool, id, now, since).catch((err: unknown) =>
      this.#log.warn({ err }, 'the last use of an API key was not noted'),
    );
  }

  async #byMemberToken(token: string): Promise<Found | undefined> {
    const viewer = await this.#tokens.judge(token);
    return viewer && { viewer, endsAt: viewer.expiresAt };
  }
}

/** What follows `Bearer`; undefined when there is no such thing, or too much of it. */
const credentialOf = (authorization: string): string | undefined =>
  /^Bearer ([\x21-\x7e]{1,8192})$/i.exec(authorization)?.[1];
