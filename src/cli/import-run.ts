import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../app.ts';
import { type ImportCheckInInput, importCheckIn } from '../checkin/import-check-in.ts';
import { ladderPoints } from '../checkin/ladder.ts';
import { InputError, Refusal, Unavailable } from '../platform/refusal.ts';
import type { ProgramConfig } from '../programs/config.ts';
import { OccurredInFuture } from '../programs/occurrence.ts';
import type { CheckInPlan } from '../rules/definition.ts';
import { type FileCheckIn, type FileRow, inFuture, rejectionOf } from './check-in-file.ts';
import type { ImportTally } from './import-tally.ts';
import { CliProblem } from './problem.ts';

/** Two full batches: one is decided while the other waits for its commit. */
const IN_FLIGHT_ROWS_MAX = 1_000;
const RETRY_MS = 250;
/** So long may every row be turned away before the import gives up. */
const GIVE_UP_MS = 60_000;

/**
 * Sends rows through the engine, a bounded number at a time. Every row is answered or the whole
 * import fails: rows the engine could not take now are tried again, never counted as rejected.
 * The engine lets nobody overtake on one member, so each member's rows keep their order.
 */
export class ImportRun {
  readonly #app: Pick<App, 'engine'>;
  readonly #viewer: { readonly kind: 'system'; readonly programId: number; readonly name: string };
  readonly #tally: ImportTally;
  readonly #oneByOne: boolean;
  readonly #lastOf = new Map<string, Promise<void>>();
  #inFlight = 0;
  #fault: unknown;
  #onAnswer: (() => void) | undefined;
  #answeredAt = performance.now();

  constructor(app: Pick<App, 'engine'>, program: ProgramConfig, tally: ImportTally) {
    this.#app = app;
    this.#viewer = { kind: 'system', programId: program.id, name: 'import' };
    this.#tally = tally;
    this.#oneByOne = !isOrderFree(program);
  }

  /** Takes rows; resolves when there is room for more. Throws what broke the import. */
  async take(rows: readonly FileRow[]): Promise<void> {
    for (const row of rows) {
      if ('reason' in row) this.#tally.reject(row);
      else {
        while (this.#inFlight >= IN_FLIGHT_ROWS_MAX) await this.#nextAnswer();
        if (this.#fault !== undefined) return this.settle();
        this.#start(row);
      }
    }
  }

  /** Waits until every row taken is answered. */
  async settle(): Promise<void> {
    while (this.#inFlight > 0) await this.#nextAnswer();
    if (this.#fault !== undefined) throw this.#fault;
  }

  #nextAnswer(): Promise<void> {
    return new Promise((resolve) => {
      this.#onAnswer = resolve;
    });
  }

  #start(row: FileCheckIn): void {
    this.#inFlight += 1;
    const before = this.#oneByOne ? this.#lastOf.get(row.externalId) : undefined;
    const done = this.#finish(row, before);
    if (!this.#oneByOne) return;
    this.#lastOf.set(row.externalId, done);
    void done.then(() => {
      if (this.#lastOf.get(row.externalId) === done) this.#lastOf.delete(row.externalId);
    });
  }

  /** Never rejects: what went wrong is kept for `settle`. */
  async #finish(row: FileCheckIn, before: Promise<void> | undefined): Promise<void> {
    try {
      if (before !== undefined) await before;
      if (this.#fault === undefined) await this.#record(row);
    } catch (error) {
      this.#fault ??= error;
    }
    this.#inFlight -= 1;
    this.#onAnswer?.();
  }

  async #record({ line, externalId, occurredAt }: FileCheckIn): Promise<void> {
    try {
      this.#tally.count(await this.#runUntilAnswered({ externalId, occurredAt }));
      this.#answeredAt = performance.now();
    } catch (error) {
      if (error instanceof Refusal) this.#answeredAt = performance.now();
      if (error instanceof OccurredInFuture) this.#tally.reject(inFuture(line));
      else if (error instanceof InputError) this.#tally.reject(rejectionOf(line, error));
      else if (error instanceof Refusal) {
        this.#tally.reject({ line, field: null, reason: error.message });
      } else throw error;
    }
  }

  async #runUntilAnswered(input: ImportCheckInInput) {
    for (;;) {
      try {
        return await this.#app.engine.run(importCheckIn, this.#viewer, input);
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        if (this.#fault !== undefined || performance.now() - this.#answeredAt > GIVE_UP_MS) {
          throw new CliProblem(
            `gave up after ${GIVE_UP_MS / 1000} s: ${error.message}; ` +
              'run the same command again later to go on',
          );
        }
        await sleep(RETRY_MS);
      }
    }
  }
}

/**
 * Whether check-ins pay the same in whatever order they come: so they do when nothing but the
 * plan pays them and no later day of a run pays less. Else a row tried again must hold up the
 * member's later ones.
 */
function isOrderFree({ plans, earning, campaigns, policies, tiers }: ProgramConfig): boolean {
  const others = [...campaigns, ...policies, ...tiers, ...(earning.get('CHECK_IN') ?? [])];
  return others.length === 0 && plans.length === 1 && plans.every((plan) => rises(plan.definition));
}

function rises({ ladder, ladderEnd, milestones }: CheckInPlan): boolean {
  const days = Array.from({ length: ladder.length + 1 }, (_, index) =>
    ladderPoints({ ladder, ladderEnd }, index + 1),
  );
  if (milestones.length > 0) return false;
  return days.every((points, index) => index === 0 || points >= (days[index - 1] ?? 0));
}
