import { limits } from '../limits.ts';
import { type Authenticator, Unauthenticated } from './authenticate.ts';
import type { Viewer } from './viewer.ts';

type Watched = { readonly ends: Set<() => void>; viewer: Viewer | undefined };

/**
 * Ends what lives longer than a request (sockets, event streams) once the credential it was
 * opened with is revoked or over (S97). Each credential is looked at once, whoever uses it.
 */
export class RightsWatch {
  readonly #authenticator: Pick<Authenticator, 'authenticate'>;
  readonly #now: () => Date;
  readonly #watched = new Map<string, Watched>();
  readonly #timer: NodeJS.Timeout;
  #checking = false;

  constructor(authenticator: Pick<Authenticator, 'authenticate'>, now: () => Date) {
    this.#authenticator = authenticator;
    this.#now = now;
    this.#timer = setInterval(() => void this.#check(), limits.rightsCheckMs).unref();
  }

  /** Calls `end` when the credential is no longer valid. Returns how to stop watching. */
  watch(authorization: string, end: () => void): () => void {
    const watched = this.#watched.get(authorization) ?? { ends: new Set(), viewer: undefined };
    this.#watched.set(authorization, watched);
    watched.ends.add(end);
    return () => {
      watched.ends.delete(end);
      if (watched.ends.size === 0 && this.#watched.get(authorization) === watched) {
        this.#watched.delete(authorization);
      }
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#watched.clear();
  }

  async #check(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    for (const [authorization, watched] of [...this.#watched]) {
      if (await this.#isValid(authorization, watched)) continue;
      for (const end of [...watched.ends]) end();
    }
    this.#checking = false;
  }

  /** A token ends by itself, so it is asked for once; a key may be revoked at any time. */
  async #isValid(authorization: string, watched: Watched): Promise<boolean> {
    try {
      if (watched.viewer?.kind !== 'member') {
        watched.viewer = await this.#authenticator.authenticate(authorization);
      }
      const { viewer } = watched;
      return viewer.kind !== 'member' || viewer.expiresAt > this.#now();
    } catch (error) {
      return !(error instanceof Unauthenticated); // A database that is away revokes nothing.
    }
  }
}
