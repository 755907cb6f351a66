import { limits } from '../limits.ts';
import { type Authenticator, Unauthenticated } from './authenticate.ts';
import type { Viewer } from './viewer.ts';

type Watched = { readonly ends: Set<() => void>; viewer: Viewer | undefined };

/**
 * Ends what lives longer than a request (sockets, event streams) once the credential it was
 * opened with is revoked or over (S97). Each credential is looked at once a round, whoever uses it.
 */
export class RightsWatch {
  readonly #authenticator: Authenticator;
  readonly #watched = new Map<string, Watched>();
  readonly #timer: NodeJS.Timeout;
  #checking = false;

  constructor(authenticator: Authenticator) {
    this.#authenticator = authenticator;
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
    const all = [...this.#watched];
    for (let from = 0; from < all.length; from += limits.rightsCheckedTogether) {
      const some = all.slice(from, from + limits.rightsCheckedTogether);
      await Promise.all(some.map((one) => this.#endInvalid(...one)));
    }
    this.#checking = false;
  }

  async #endInvalid(authorization: string, watched: Watched): Promise<void> {
    if (await this.#isValid(authorization, watched)) return;
    for (const end of [...watched.ends]) end();
  }

  /** Signatures of tokens are checked once; there may be one for every socket. */
  async #isValid(authorization: string, watched: Watched): Promise<boolean> {
    try {
      const { viewer } = watched;
      if (viewer?.kind === 'member') {
        return await this.#authenticator.isCurrent(viewer, authorization);
      }
      watched.viewer = await this.#authenticator.authenticate(authorization);
      return true;
    } catch (error) {
      return !(error instanceof Unauthenticated); // A database that is away revokes nothing.
    }
  }
}
