/**
 * The server's clock, as far as a screen can know it: its own may be hours off, and nobody is there
 * to set it. Read once from the Date header of an answer, to about a second; and once more when
 * this machine's clock was set, or it slept.
 */

const RETRY_MS = 15_000;
const JUMP_MS = 2_000; // Between the clock of the day and the one that only counts.

export class ServerClock {
  /** What the server's clock is ahead. @type {number | undefined} */ #aheadMs;
  /** What the clock of the day was ahead of the one that only counts. */
  #drift = driftNow();
  #askedAt = Number.NEGATIVE_INFINITY;

  /** Undefined until it is known. @returns {number | undefined} */
  now() {
    this.#ask();
    return this.#aheadMs === undefined ? undefined : Date.now() + this.#aheadMs;
  }

  #ask() {
    const drift = driftNow();
    if (Math.abs(drift - this.#drift) > JUMP_MS) {
      this.#drift = drift;
      this.#aheadMs = undefined;
      this.#askedAt = Number.NEGATIVE_INFINITY;
    }
    const isDue = performance.now() - this.#askedAt >= RETRY_MS;
    if (this.#aheadMs === undefined && isDue) void this.#read();
  }

  async #read() {
    this.#askedAt = performance.now();
    const sentAt = Date.now();
    try {
      const url = new URL('screen/config.json', document.baseURI).href;
      const { headers } = await fetch(url, { method: 'HEAD', cache: 'no-store' });
      const at = Date.parse(headers.get('date') ?? '');
      // Half-way through the question; and half of the second that the header leaves out.
      if (!Number.isNaN(at)) this.#aheadMs = at + 500 - (sentAt + Date.now()) / 2;
    } catch {
      // Asked again later.
    }
  }
}

const driftNow = () => Date.now() - performance.now();
