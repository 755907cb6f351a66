import { LRUCache } from 'lru-cache';
import { limits } from '../limits.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { Unavailable } from '../platform/refusal.ts';
import { fetchKeys, type KeySet } from './fetch-keys.ts';
import type { Provider } from './providers.sql.ts';

type Asked = Pick<Provider, 'programId' | 'jwksUrl' | 'revision'>;

type State = {
  readonly url: string;
  /** The newest that anybody has told of. */
  revision: number;
  keys: KeySet | undefined;
  /** When those keys were asked for, in milliseconds since 1970, and at which revision. */
  fetchedAt: number;
  fetchedRevision: number;
  /** Of the last attempt, whatever came of it. */
  triedAt: number;
  triedRevision: number;
  fetching: Promise<void> | undefined;
};

/**
 * The keys of identity providers, in memory on every node. A provider is asked once in 30 seconds
 * at most, whatever callers send, and by all who wait together; while it does not answer, the keys
 * that are known go on being used (RELIABILITY.md 6.21).
 */
export class ProviderKeys {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #states = new LRUCache<number, State>({ max: limits.jwksSetsMax });

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** The keys to judge by, fetched anew when they are too old. Throws Unavailable without any. */
  async current(provider: Asked): Promise<KeySet> {
    const state = this.#stateOf(provider);
    await this.#refresh(provider, state);
    const keys = this.#usable(state);
    if (keys === undefined) {
      throw new Unavailable('the identity provider does not answer; try again');
    }
    return keys;
  }

  /** The keys as they are now, while newer ones may be under way: waits for nobody. */
  known(provider: Asked): KeySet | 'FETCHING' | undefined {
    const state = this.#stateOf(provider);
    void this.#refresh(provider, state);
    return this.#usable(state) ?? (state.fetching === undefined ? undefined : 'FETCHING');
  }

  /** Newer keys than those in which a token’s was not; undefined: there are none. */
  async newer(provider: Asked, missed: KeySet): Promise<KeySet | undefined> {
    const state = this.#stateOf(provider);
    if (state.keys === missed && this.#mayFetch(state)) await this.#fetch(provider, state);
    return state.keys === missed ? undefined : state.keys;
  }

  /** Keys of another address are nobody’s any more. */
  #stateOf({ programId, jwksUrl, revision }: Asked): State {
    const known = this.#states.get(programId);
    if (known !== undefined && (known.url === jwksUrl || known.revision > revision)) {
      known.revision = Math.max(known.revision, revision);
      return known;
    }
    const state: State = {
      ...{ url: jwksUrl, revision, keys: undefined, fetching: undefined },
      ...{ fetchedAt: Number.NEGATIVE_INFINITY, fetchedRevision: 0 },
      ...{ triedAt: Number.NEGATIVE_INFINITY, triedRevision: 0 },
    };
    this.#states.set(programId, state);
    return state;
  }

  #refresh(provider: Asked, state: State): Promise<void> | undefined {
    const age = this.#since(state.fetchedAt);
    const isOld = age >= limits.jwksOldMs || state.fetchedRevision < state.revision;
    if (!isOld && age < limits.jwksRefreshMs) return undefined;
    if (!this.#mayFetch(state)) return undefined;
    const fetching = this.#fetch(provider, state);
    return isOld ? fetching : undefined;
  }

  #usable({ keys, fetchedAt }: State): KeySet | undefined {
    return this.#since(fetchedAt) < limits.jwksKeptMs ? keys : undefined;
  }

  /** Whether somebody asks already, or it is time to. */
  #mayFetch({ fetching, triedAt, triedRevision, revision }: State): boolean {
    return (
      fetching !== undefined ||
      triedRevision < revision ||
      this.#since(triedAt) >= limits.jwksRetryMs
    );
  }

  /** Whichever way the clock was set. */
  #since(at: number): number {
    return Math.abs(this.#clock.now().getTime() - at);
  }

  /** One fetch at a time; never fails. */
  #fetch(provider: Asked, state: State): Promise<void> {
    state.fetching ??= this.#fetchNow(provider, state).finally(() => {
      state.fetching = undefined;
    });
    return state.fetching;
  }

  async #fetchNow({ programId }: Asked, state: State): Promise<void> {
    const { url, revision } = state;
    const at = this.#clock.now().getTime();
    Object.assign(state, { triedAt: at, triedRevision: revision });
    try {
      const keys = await fetchKeys(url);
      // The same keys stay the same object: whoever was judged by them need not be again.
      if (state.keys?.text !== keys.text) {
        state.keys = keys;
        this.#log.info({ programId, keys: keys.size }, 'keys of the identity provider are new');
      }
      Object.assign(state, { fetchedAt: at, fetchedRevision: revision });
    } catch (error) {
      const { hostname } = new URL(url);
      const reason = error instanceof Error ? error.message : String(error);
      const facts = { programId, hostname, reason, known: state.keys?.size ?? 0 };
      this.#log.warn(facts, 'keys of the identity provider could not be fetched');
    }
  }
}
