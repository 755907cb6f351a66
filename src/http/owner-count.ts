/** How much each caller has open. Holds only those who have something. */
export class OwnerCount {
  readonly #open = new Map<string, number>();

  /** Counts one more, unless there are `max` already. */
  enter(owner: string, max: number): boolean {
    const open = this.#open.get(owner) ?? 0;
    if (open >= max) return false;
    this.#open.set(owner, open + 1);
    return true;
  }

  leave(owner: string): void {
    const left = (this.#open.get(owner) ?? 1) - 1;
    if (left > 0) this.#open.set(owner, left);
    else this.#open.delete(owner);
  }
}
