/**
 * An async iterator that holds at most one waiting value: the newest. A consumer that does not
 * read keeps one object alive, whatever happens meanwhile, and harms nobody
 * (RELIABILITY.md T1, T2: the usual repeater overflows, or is shared between tenants).
 */
export class Latest<In, Out> implements AsyncIterableIterator<Out> {
  readonly #map: (value: In) => Out | undefined;
  readonly #onClose: () => void;
  #waiting: { readonly value: In } | undefined;
  #reader: ((result: IteratorResult<Out>) => void) | undefined;
  #closed = false;

  /** `map` runs when a value is taken, never for values that were replaced; undefined skips one. */
  constructor(map: (value: In) => Out | undefined, onClose: () => void) {
    this.#map = map;
    this.#onClose = onClose;
  }

  /** Offers a value; an older one that still waits is dropped. */
  push(value: In): void {
    if (this.#closed) return;
    if (this.#reader === undefined) {
      this.#waiting = { value };
      return;
    }
    const out = this.#map(value);
    if (out !== undefined) this.#answer({ value: out, done: false });
  }

  next(): Promise<IteratorResult<Out>> {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    const out = waiting === undefined ? undefined : this.#map(waiting.value);
    if (out !== undefined) return Promise.resolve({ value: out, done: false });
    if (this.#closed) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }

  /** Ends the iteration from either side; a reader that waits is told. */
  return(): Promise<IteratorResult<Out>> {
    if (!this.#closed) {
      this.#closed = true;
      this.#waiting = undefined;
      this.#answer({ value: undefined, done: true });
      this.#onClose();
    }
    return Promise.resolve({ value: undefined, done: true });
  }

  throw(error: unknown): Promise<IteratorResult<Out>> {
    void this.return();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #answer(result: IteratorResult<Out>): void {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.(result);
  }
}
