import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '../limits.ts';
import { assert } from '../platform/assert.ts';
import type { Clock } from '../platform/clock.ts';
import { classifyFault } from '../platform/conflicts.ts';
import { named, type Pool, type PoolClient, together } from '../platform/db.ts';
import { IdempotencyKeyReused, InputError, Refusal } from '../platform/refusal.ts';
import type { ProgramConfigs } from '../programs/config.ts';
import { Changes } from './changes.ts';
import { Facts } from './facts.ts';
import { type Held, memberIdOf } from './held.ts';
import { keepReceipt, type ReceiptKey, receiptId, type StoredReceipt } from './idempotency.ts';
import { loadBatch, type Request } from './load.ts';
import type { Caller, Operation } from './operation.ts';
import type { MemberState } from './rows.ts';
import { writeStatement } from './write.ts';

/** A command as it waits: what to decide, for whom, and whom to tell. */
export type Command = Request & {
  readonly operation: Operation<unknown, unknown>;
  readonly input: unknown;
  readonly caller: Caller;
  readonly receipt: ReceiptKey | null;
};

/** A committed answer. */
export type Answer = {
  readonly outcome: unknown;
  /** The answer is a receipt's: nothing was done now. */
  readonly replayed: boolean;
  /** The member as this command left them (absent when replayed). */
  readonly member: MemberState | undefined;
};

/** What a command came to: an answer, or the error it alone must hear. */
export type Verdict = { readonly answer: Answer } | { readonly error: unknown };

export type BatchTools = {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly configs: Pick<ProgramConfigs, 'current'>;
};

/** Thrown when the connection was lost while COMMIT was under way and nobody can say how it went. */
export class OutcomeUnknown extends Error {
  constructor(options: ErrorOptions) {
    super('the connection was lost during COMMIT', options);
    this.name = 'OutcomeUnknown';
  }
}

/** Locks, loads, decides, writes and commits a batch: all of it or nothing. */
export async function runBatch(
  tools: BatchTools,
  commands: readonly Command[],
): Promise<Verdict[]> {
  const client = await tools.pool.connect();
  let broken: Error | undefined;
  try {
    const { held, receipts, txid } = await loadBatch(client, tools.clock, tools.configs, commands);
    const changes = new Changes();
    const verdicts = commands.map((command) => decide(command, held, receipts, changes));
    if (changes.empty) {
      await client.query('rollback');
      return verdicts;
    }
    await writeAndCommit(tools.pool, client, changes, txid);
    return verdicts;
  } catch (error) {
    broken = await client.query('rollback').then(
      () => undefined,
      (fault: Error) => fault,
    );
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * Decides commands as one batch would and writes nothing: for quotes and dry runs. `spent` carries
 * what earlier rehearsals of the same dry run took from budgets; rules of `newBudgets` are tried
 * before they are published, and have spent nothing.
 */
export async function rehearseBatch(
  tools: BatchTools,
  commands: readonly Command[],
  spent: Map<number, number> = new Map(),
  newBudgets: readonly number[] = [],
): Promise<Verdict[]> {
  const client = await tools.pool.connect();
  let broken: Error | undefined;
  try {
    const { held, receipts } = await loadBatch(client, tools.clock, tools.configs, commands);
    for (const ruleId of newBudgets) {
      if (!held.budgets.has(ruleId)) held.budgets.set(ruleId, { ruleId, spent: 0 });
    }
    for (const budget of held.budgets.values()) {
      budget.spent = spent.get(budget.ruleId) ?? budget.spent;
    }
    const changes = new Changes();
    const verdicts = commands.map((command) => decide(command, held, receipts, changes));
    for (const budget of held.budgets.values()) spent.set(budget.ruleId, budget.spent);
    return verdicts;
  } finally {
    await client.query('rollback').catch((fault: Error) => {
      broken = fault;
    });
    client.release(broken);
  }
}

/** Decides one command on the working copy; whatever it threw, its changes are dropped. */
function decide(
  command: Command,
  held: Held,
  receipts: Map<string, StoredReceipt>,
  changes: Changes,
): Verdict {
  const { operation, input, caller, touches, receipt } = command;
  const mark = changes.mark();
  try {
    const known = receipt === null ? undefined : receipts.get(receiptId(receipt));
    if (receipt !== null && known !== undefined) {
      if (!known.inputHash.equals(receipt.inputHash)) throw new IdempotencyKeyReused();
      return { answer: { outcome: known.outcome, replayed: true, member: undefined } };
    }
    const outcome = operation.decide(new Facts(held, changes, caller, touches), input, held.now);
    if (receipt !== null) keepReceipt(receipts, changes, receipt, outcome, held.now);
    const id = memberIdOf(held, caller.programId, touches.member);
    const member = id === undefined ? undefined : held.members.get(id);
    return { answer: { outcome, replayed: false, member: member && { ...member } } };
  } catch (error) {
    changes.rollback(mark);
    return { error };
  }
}

/** True for the errors that a command brings on itself, as opposed to faults of ours. */
export const isOwnError = (error: unknown) =>
  error instanceof Refusal || error instanceof InputError || error instanceof IdempotencyKeyReused;

/**
 * Writes and commits in one round trip: COMMIT of a transaction whose write failed is a ROLLBACK.
 * When the connection is lost meanwhile, asks the database how the transaction ended.
 */
async function writeAndCommit(
  pool: Pool,
  client: PoolClient,
  changes: Changes,
  txid: string,
): Promise<void> {
  // Put together before anything is sent: a row that cannot be put into words must not commit.
  const { name, text, values } = writeStatement(changes);
  const send = () => [named(client, name, text, values), client.query('commit')] as const;
  const sent = together(client, send);
  const [written, committed] = await Promise.allSettled(sent);
  if (written.status === 'fulfilled' && committed.status === 'fulfilled') {
    assert(committed.value.command === 'COMMIT', 'the batch was committed, not rolled back');
    return;
  }
  const { reason } = (written.status === 'rejected' ? written : committed) as PromiseRejectedResult;
  if (classifyFault(reason) !== 'unavailable') throw reason;
  if ((await statusOf(pool, txid, reason)) !== 'committed') throw reason;
}

const STATUS_POLL_MS = 100;

/** How a transaction ended: 'committed' or 'aborted'; OutcomeUnknown when that cannot be had soon. */
async function statusOf(pool: Pool, txid: string, cause: unknown): Promise<string> {
  const deadline = performance.now() + limits.commitStatusMs;
  const ask = async () => {
    while (performance.now() < deadline) {
      const { rows } = await pool.query('select pg_xact_status($1::xid8) as status', [txid]);
      const { status } = rows[0] as { status: string };
      if (status !== 'in progress') return status;
      await sleep(STATUS_POLL_MS);
    }
    throw cause;
  };
  const tooLate = sleep(limits.commitStatusMs, undefined, { ref: false }).then(() => {
    throw cause;
  });
  try {
    return await Promise.race([ask(), tooLate]);
  } catch (error) {
    throw new OutcomeUnknown({ cause: error });
  }
}
