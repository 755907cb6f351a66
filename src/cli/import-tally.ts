import type { Rejection } from './check-in-file.ts';

/** How many rejected lines a person is shown; JSON has them all. */
export const SHOWN_REJECTIONS_MAX = 20;

/** What an import did, or would do: rows = accepted + duplicates + rejected (S100). */
export class ImportTally {
  accepted = 0;
  duplicates = 0;
  rejected = 0;
  membersEnrolled = 0;
  pointsAwarded = 0;
  readonly #keepAll: boolean;
  #rejections: Rejection[] = [];

  /** `keepAll`: every rejection is kept, not only the first ones of the file. */
  constructor(keepAll: boolean) {
    this.#keepAll = keepAll;
  }

  reject(rejection: Rejection): void {
    this.rejected += 1;
    this.#rejections.push(rejection);
    // Rows are answered out of order, so the first lines are not always the first to come.
    if (!this.#keepAll && this.#rejections.length > 50 * SHOWN_REJECTIONS_MAX) {
      this.#rejections = this.rejections.slice(0, SHOWN_REJECTIONS_MAX);
    }
  }

  get rows(): number {
    return this.accepted + this.duplicates + this.rejected;
  }

  /** Rejected lines in the order of the file. */
  get rejections(): readonly Rejection[] {
    return this.#rejections.sort((a, b) => a.line - b.line);
  }
}
