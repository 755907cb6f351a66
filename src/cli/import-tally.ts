import type { CheckInOutcome } from '../checkin/record-check-in.ts';
import type { Committed } from '../engine/engine.ts';
import type { Rejection } from './check-in-file.ts';

/** How many rejected lines a person is shown … */
export const SHOWN_REJECTIONS_MAX = 20;
/** … and how many JSON has: a file of nothing but mistakes must not fill the memory. */
export const KEPT_REJECTIONS_MAX = 10_000;
/** So many more may wait to be cut, so that cutting is rare. */
const CUT_REJECTIONS = 1_000;

/** What an import did, or would do: rows = accepted + duplicates + rejected (S100). */
export class ImportTally {
  accepted = 0;
  duplicates = 0;
  rejected = 0;
  membersEnrolled = 0;
  pointsAwarded = 0;
  readonly #kept: number;
  #rejections: Rejection[] = [];

  /** `kept`: how many rejections, the first ones of the file, are kept. */
  constructor(kept: number) {
    this.#kept = kept;
  }

  /** Counts a row that was answered. */
  count({ outcome, member }: Committed<CheckInOutcome>): void {
    if (outcome.alreadyCheckedIn) {
      this.duplicates += 1;
      return;
    }
    this.accepted += 1;
    // The first version of an account is the check-in that made it.
    this.membersEnrolled += member?.version === 1 ? 1 : 0;
    for (const { amount } of outcome.entries) this.pointsAwarded += amount;
  }

  reject(rejection: Rejection): void {
    this.rejected += 1;
    this.#rejections.push(rejection);
    // Rows are answered out of order, so the first lines are not always the first to come.
    if (this.#rejections.length > this.#kept + CUT_REJECTIONS) this.#cut();
  }

  get rows(): number {
    return this.accepted + this.duplicates + this.rejected;
  }

  /** The first rejected lines in the order of the file. */
  get rejections(): readonly Rejection[] {
    this.#cut();
    return this.#rejections;
  }

  #cut(): void {
    this.#rejections = this.#rejections.sort((a, b) => a.line - b.line).slice(0, this.#kept);
  }
}
