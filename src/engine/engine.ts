import type { KnownViewer } from '../auth/viewer.ts';
import { limits } from '../limits.ts';
import { classifyFault } from '../platform/conflicts.ts';
import type { Log } from '../platform/log.ts';
import { parseOrRefuse, Unavailable } from '../platform/refusal.ts';
import {
  type Answer,
  type BatchTools,
  type Command,
  isOwnError,
  OutcomeUnknown,
  rehearseBatch,
  runBatch,
  type Verdict,
} from './batch.ts';
import { commandOf } from './command.ts';
import type { EngineMetrics } from './metrics.ts';
import type { Keyed, Operation } from './operation.ts';
import { rideAlong } from './ride-along.ts';
import type { MemberState } from './rows.ts';

/** What `run` answers: the operation's outcome, and the member as it left them. */
export type Committed<Outcome> = {
  readonly outcome: Outcome;
  readonly replayed: boolean;
  readonly member: MemberState | undefined;
};

/** What a rehearsed command would answer. */
export type Rehearsed<Outcome> =
  | { readonly answer: Committed<Outcome> }
  | { readonly error: unknown };

/** What a rehearsal puts in place of what is. */
export type Trial = Partial<Pick<BatchTools, 'clock' | 'configs'>> & {
  /** Rules that were never published: their budgets have no row yet. */
  readonly newBudgets?: readonly number[];
};

type Waiting = Command & {
  readonly rows: readonly string[];
  readonly enqueuedAt: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * The one way to write. Commands that arrive while batches are in flight wait in a bounded
 * queue; there is no timer. See docs/decisions/0002-one-batched-engine.md.
 */
export class Engine {
  readonly #tools: BatchTools;
  readonly #log: Log;
  readonly #metrics: EngineMetrics;
  readonly #onCommit: () => void;
  #waiting: Waiting[] = [];
  readonly #held = new Set<string>();
  #inFlight = 0;
  #pumping = false;
  #closed = false;
  readonly #idle: (() => void)[] = [];
  readonly #sweep: NodeJS.Timeout;

  constructor(tools: BatchTools, log: Log, metrics: EngineMetrics, onCommit: () => void) {
    this.#tools = tools;
    this.#log = log;
    this.#metrics = metrics;
    this.#onCommit = onCommit;
    // Batches start on their own; the clock only turns away who waited too long for one.
    this.#sweep = setInterval(() => this.#rejectOverdue(), limits.engineSweepMs).unref();
  }

  /**
   * Runs one command and resolves once it is committed, durably. Rejects with a Refusal of the
   * operation, an InputError, IdempotencyKeyReused, Unavailable (nothing was written), or a fault.
   */
  async run<Input extends Keyed, Outcome>(
    operation: Operation<Input, Outcome>,
    viewer: KnownViewer,
    rawInput: Input,
  ): Promise<Committed<Outcome>> {
    const input = parseOrRefuse(operation.input, rawInput);
    if (this.#closed) throw new Unavailable('the server is shutting down');
    if (this.#waiting.length >= limits.engineQueueCommandsMax) {
      this.#metrics.refused.inc();
      throw new Unavailable('too many commands are waiting; try again shortly');
    }
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.#waiting.push({
        enqueuedAt: performance.now(),
        resolve,
        reject,
        ...commandOf(operation, viewer, input),
      });
      this.#schedule();
    });
    return answer as Committed<Outcome>;
  }

  /**
   * Decides commands one after the other as if they were run now, and writes nothing: what each
   * would answer, or the error it would meet.
   */
  async rehearse<Input extends Keyed, Outcome>(
    operation: Operation<Input, Outcome>,
    viewer: KnownViewer,
    rawInputs: readonly Input[],
    spent?: Map<number, number>,
    { newBudgets, ...trial }: Trial = {},
  ): Promise<Rehearsed<Outcome>[]> {
    const inputs = rawInputs.map((raw) => parseOrRefuse(operation.input, raw));
    const commands = inputs.map((input) => commandOf(operation, viewer, input));
    try {
      const tools = { ...this.#tools, ...trial };
      return (await rehearseBatch(tools, commands, spent, newBudgets)) as Rehearsed<Outcome>[];
    } catch (error) {
      throw errorFor(classifyFault(error), error);
    }
  }

  /** Commands waiting for a batch. */
  get queueLength(): number {
    return this.#waiting.length;
  }

  /** Takes no more commands and waits until all that were accepted are answered. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#inFlight > 0 || this.#waiting.length > 0) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
    clearInterval(this.#sweep);
  }

  /** Lets the commands of this turn of the event loop gather before a batch is taken. */
  #schedule(): void {
    if (this.#pumping || this.#inFlight >= limits.engineBatchesInFlightMax) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#inFlight < limits.engineBatchesInFlightMax && this.#waiting.length > 0) {
      const batch = this.#take();
      if (batch.length === 0) break;
      this.#inFlight += 1;
      const rows = batch.flatMap((command) => command.rows);
      for (const row of rows) this.#held.add(row);
      void this.#execute(batch).finally(() => {
        for (const row of rows) this.#held.delete(row);
        this.#inFlight -= 1;
        this.#pump();
        this.#tellIdle();
      });
    }
  }

  /**
   * The next batch, oldest first. Commands whose rows a batch in flight holds stay, and so do
   * later ones for the same rows: nobody overtakes.
   */
  #take(): Waiting[] {
    const size = this.#share();
    const batch: Waiting[] = [];
    const kept: Waiting[] = [];
    const blocked = new Set<string>();
    let index = 0;
    for (; index < this.#waiting.length; index += 1) {
      if (batch.length >= size) break;
      const command = this.#waiting[index] as Waiting;
      if (command.rows.some((row) => this.#held.has(row) || blocked.has(row))) {
        for (const row of command.rows) blocked.add(row);
        kept.push(command);
      } else {
        batch.push(command);
      }
    }
    const rest = this.#waiting.slice(index);
    this.#waiting = kept.concat(rideAlong(batch, rest, this.#held, blocked));
    return batch;
  }

  /**
   * A crowd is shared out among the free places, so that one batch decides while another is
   * written; a smaller queue is one batch.
   */
  #share(): number {
    const places = limits.engineBatchesInFlightMax - this.#inFlight;
    const share = Math.ceil(this.#waiting.length / places);
    const crowded = share >= limits.engineShareCommandsMin;
    return Math.min(crowded ? share : this.#waiting.length, limits.engineBatchCommandsMax);
  }

  #rejectOverdue(): void {
    const oldest = performance.now() - limits.engineCommandWaitMs;
    const overdue = this.#waiting.filter((command) => command.enqueuedAt < oldest);
    if (overdue.length === 0) return;
    this.#waiting = this.#waiting.filter((command) => command.enqueuedAt >= oldest);
    for (const command of overdue) {
      command.reject(new Unavailable('the command waited too long; nothing was written'));
    }
    this.#tellIdle();
  }

  /** Lets `close` end once nothing is left to do. */
  #tellIdle(): void {
    if (this.#inFlight > 0 || this.#waiting.length > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #execute(batch: readonly Waiting[]): Promise<void> {
    const startedAt = performance.now();
    this.#metrics.batchSize.observe(batch.length);
    await this.#attempt(batch, 1);
    this.#metrics.batchSeconds.observe((performance.now() - startedAt) / 1000);
  }

  async #attempt(batch: readonly Waiting[], attempt: number): Promise<void> {
    let verdicts: Verdict[];
    try {
      verdicts = await runBatch(this.#tools, batch);
    } catch (error) {
      return this.#recover(batch, attempt, error);
    }
    // Not inside the try: this is committed, and must not run again whatever its listeners do.
    this.#settle(batch, verdicts);
    try {
      this.#onCommit();
    } catch (error) {
      this.#log.error({ err: error }, 'the listener to commits failed');
    }
  }

  /** A conflict is tried again, anything else is split until the culprit is alone. */
  async #recover(batch: readonly Waiting[], attempt: number, error: unknown): Promise<void> {
    const kind = error instanceof OutcomeUnknown ? 'unknown' : classifyFault(error);
    this.#metrics.failures.inc({ kind });
    this.#log.warn({ err: error, kind, attempt, commands: batch.length }, 'batch failed');
    const mayRetry = kind === 'conflict' || kind === 'duplicate' || kind === 'unavailable';
    if (mayRetry && attempt < limits.engineAttemptsMax && this.#hasTime(batch)) {
      await backOff(attempt);
      return this.#attempt(batch, attempt + 1);
    }
    if ((kind === 'fault' || kind === 'duplicate') && batch.length > 1) {
      const middle = Math.ceil(batch.length / 2);
      await this.#attempt(batch.slice(0, middle), 1);
      return this.#attempt(batch.slice(middle), 1);
    }
    for (const command of batch) command.reject(errorFor(kind, error));
  }

  #settle(batch: readonly Waiting[], verdicts: readonly Verdict[]): void {
    for (const [index, command] of batch.entries()) {
      const verdict = verdicts[index] as Verdict;
      this.#metrics.commandSeconds.observe((performance.now() - command.enqueuedAt) / 1000);
      if ('answer' in verdict) command.resolve(verdict.answer);
      else {
        if (!isOwnError(verdict.error)) {
          this.#log.error(
            { err: verdict.error, operation: command.operation.name },
            'decide failed',
          );
        }
        command.reject(verdict.error);
      }
    }
  }

  /** Retries end while every caller still waits for the answer. */
  #hasTime(batch: readonly Waiting[]): boolean {
    const eldest = Math.min(...batch.map((command) => command.enqueuedAt));
    return performance.now() - eldest < limits.engineCommandWaitMs / 2;
  }
}

function errorFor(kind: string, error: unknown): unknown {
  if (kind === 'conflict') return new Unavailable('too many conflicting writes; try again');
  if (kind === 'unavailable') return new Unavailable('the database does not answer; try again');
  if (kind === 'unknown') {
    return new Unavailable(
      'the connection was lost while committing: the command may have been done; ' +
        'repeat it with the same idempotencyKey to learn which',
    );
  }
  return error;
}

/** Waits a random part of a doubling interval, so that two losers do not meet again. */
function backOff(attempt: number): Promise<void> {
  const ceiling = limits.engineBackoffMs * 2 ** attempt;
  return new Promise((resolve) => setTimeout(resolve, Math.random() * ceiling));
}
