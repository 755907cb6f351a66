import { limits } from '../limits.ts';
import type { Clock } from '../platform/clock.ts';
import { named, type Pool } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import type { KeySet } from './fetch-keys.ts';
import {
  type Claims,
  ISSUER,
  type Origin,
  originOf,
  programKeyOf,
  verifyMemberToken,
  verifyProviderToken,
} from './member-token.ts';
import { ProviderKeys } from './provider-keys.ts';
import { findProviders, loadProvider, type Provider } from './providers.sql.ts';
import type { MemberViewer } from './viewer.ts';

/** By what a token was found valid. */
type Basis =
  | { readonly kind: 'secret'; readonly bytes: Buffer }
  | { readonly kind: 'provider'; readonly revision: number; readonly keys: KeySet };

/** What was read of a program for tokens that are in use, and until when that is good. */
type Known<Value> = Map<number, { readonly value: Promise<Value>; readonly until: number }>;

/**
 * Judges member tokens: each by one thing only, which its issuer decides. Ours are signed with the
 * program's secret, all others with a key of the identity provider that the program trusts.
 */
export class TokenJudge {
  readonly #pool: Pool;
  readonly #clock: Clock;
  readonly #keys: ProviderKeys;
  readonly #basis = new WeakMap<MemberViewer, Basis>();
  readonly #secrets: Known<Buffer | undefined> = new Map();
  readonly #providers: Known<Provider | undefined> = new Map();

  constructor(pool: Pool, clock: Clock, log: Log) {
    this.#pool = pool;
    this.#clock = clock;
    this.#keys = new ProviderKeys(clock, log);
  }

  /** Who presents a token; undefined when anything is wrong with it. */
  async judge(token: string): Promise<MemberViewer | undefined> {
    const origin = originOf(token);
    if (origin === undefined) return undefined;
    return origin.issuer === ISSUER
      ? this.#bySecret(token, origin)
      : this.#byProvider(token, origin);
  }

  /**
   * Whether a token found valid before still is: not over, and not signed with what was replaced
   * or removed. Asked again and again of every open socket, so it checks a signature only when the
   * provider's keys have changed, and waits for no provider.
   */
  async isCurrent(viewer: MemberViewer, token: string): Promise<boolean> {
    const now = this.#clock.now();
    if (viewer.expiresAt <= now) return false;
    const basis = this.#basis.get(viewer);
    if (basis === undefined) return false;
    const { programId } = viewer;
    if (basis.kind === 'secret') {
      const secret = await remembered(this.#secrets, programId, now, limits.authCacheMs, () =>
        this.#loadSecret(programId),
      );
      return secret !== undefined && basis.bytes.equals(secret);
    }
    const provider = await remembered(this.#providers, programId, now, limits.providerCheckMs, () =>
      this.#loadProvider(programId),
    );
    if (provider === undefined) return false;
    const keys = this.#keys.known(provider);
    if (keys === undefined) return false;
    if (keys === 'FETCHING') return true; // It is asked again in a moment.
    if (provider.revision === basis.revision && keys === basis.keys) return true;
    const claims = await verifyProviderToken(token, provider, keys.find, now);
    if (!isSame(claims, viewer)) return false;
    this.#basis.set(viewer, { kind: 'provider', revision: provider.revision, keys });
    return true;
  }

  async #bySecret(token: string, origin: Origin): Promise<MemberViewer | undefined> {
    const programKey = programKeyOf(origin);
    if (programKey === undefined) return undefined;
    const [program] = await named<{ id: number; secret: Buffer }>(
      this.#pool,
      'auth.findTokenSecret',
      'select id, token_secret as secret from program where key = $1',
      [programKey],
    );
    if (program === undefined) return undefined;
    const { id, secret } = program;
    const claims = await verifyMemberToken(token, programKey, secret, this.#clock.now());
    return claims && this.#viewer(id, claims, { kind: 'secret', bytes: secret });
  }

  async #byProvider(
    token: string,
    { issuer, audiences }: Origin,
  ): Promise<MemberViewer | undefined> {
    const [provider, other] = await findProviders(this.#pool, issuer, audiences);
    if (provider === undefined || other !== undefined) return undefined; // Nobody is of two tenants.
    const now = this.#clock.now();
    let keys = await this.#keys.current(provider);
    let claims = await verifyProviderToken(token, provider, keys.find, now);
    if (claims === 'KEY_UNKNOWN') {
      const newer = await this.#keys.newer(provider, keys);
      if (newer === undefined) return undefined;
      keys = newer;
      claims = await verifyProviderToken(token, provider, keys.find, now);
    }
    if (claims === 'KEY_UNKNOWN' || claims === undefined) return undefined;
    const { programId, revision } = provider;
    return this.#viewer(programId, claims, { kind: 'provider', revision, keys });
  }

  #viewer(programId: number, claims: Claims, basis: Basis): MemberViewer {
    const viewer: MemberViewer = { kind: 'member', programId, ...claims };
    this.#basis.set(viewer, basis);
    return viewer;
  }

  async #loadSecret(programId: number): Promise<Buffer | undefined> {
    const [program] = await named<{ secret: Buffer }>(
      this.#pool,
      'auth.loadTokenSecret',
      'select token_secret as secret from program where id = $1',
      [programId],
    );
    return program?.secret;
  }

  async #loadProvider(programId: number): Promise<Provider | undefined> {
    const [provider] = await loadProvider(this.#pool, programId);
    return provider;
  }
}

/** What the claims say of somebody is what was found before. */
const isSame = (claims: Claims | 'KEY_UNKNOWN' | undefined, viewer: MemberViewer): boolean =>
  typeof claims === 'object' &&
  claims.externalId === viewer.externalId &&
  claims.client === viewer.client;

/** The value known of a program, or read for all who ask, and kept for so long. */
function remembered<Value>(
  known: Known<Value>,
  programId: number,
  now: Date,
  forMs: number,
  read: () => Promise<Value>,
): Promise<Value> {
  const kept = known.get(programId);
  if (kept !== undefined && now.getTime() < kept.until) return kept.value;
  const value = read();
  known.set(programId, { value, until: now.getTime() + forMs });
  value.catch(() => known.delete(programId));
  return value;
}
