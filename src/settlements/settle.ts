/**
 * Settles frozen seasons that have prizes: who won, what is paid to whom, paid, published (S79). How
 * far it has come is in the row, and every step may be begun again: safe to run late, after a crash
 * at whatever instant, and on several nodes at once.
 */
import type { Engine } from '../engine/engine.ts';
import { limits } from '../limits.ts';
import type { LiveMessage } from '../live/messages.ts';
import type { Bus } from '../platform/bus.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import { Unavailable } from '../platform/refusal.ts';
import { payPrize } from './pay-prize.ts';
import { findOpen, markPaid, markPublished, OPEN_MAX } from './settlement.sql.ts';
import { planNext, rankNext } from './steps.ts';
import { findUnpaid } from './winners.sql.ts';

type Tools = {
  readonly pool: Pool;
  readonly engine: Pick<Engine, 'run'>;
  readonly clock: Clock;
  readonly bus: Pick<Bus, 'publish'>;
  readonly log: Log;
};

type Open = Awaited<ReturnType<typeof findOpen>>[number];

/** What a turn knows of payouts that cannot be paid yet: it goes on behind them. */
type Turn = Tools & {
  readonly paidTo: Map<number, number>;
  /** Steps that did something: not those that only tried to pay what cannot be paid yet. */
  done: number;
};

/**
 * Works at settlements for one turn, a step of each at a time, so that a big one keeps no other
 * waiting; returns in how many steps something was done: 0 once none can go on, and the next minute
 * is early enough.
 */
export async function runSettlements(tools: Tools): Promise<number> {
  const turn: Turn = { paidTo: new Map(), done: 0, ...tools };
  const until = performance.now() + limits.jobTurnMs;
  let steps = 0;
  for (let before = -1; before < steps && performance.now() < until; ) {
    before = steps;
    steps += await stepOfEach(turn, until);
  }
  return turn.done;
}

/** One step of each settlement that is open; how many there were. */
async function stepOfEach(turn: Turn, until: number): Promise<number> {
  let steps = 0;
  for (let afterId = 0; ; ) {
    const open = await findOpen(turn.pool, afterId);
    for (const one of open) {
      if (performance.now() > until) return steps;
      if (await stepOrTell(turn, one)) steps += 1;
      afterId = one.id;
    }
    if (open.length < OPEN_MAX) return steps;
  }
}

/** A settlement that cannot go on keeps no other from it: the next run tries again. */
async function stepOrTell(turn: Turn, settlement: Open): Promise<boolean> {
  try {
    return await step(turn, settlement);
  } catch (err) {
    const { id, programId, state } = settlement;
    turn.log.warn({ err, settlement: id, programId, state }, 'a settlement could not go on yet');
    return false;
  }
}

/** Takes a settlement one step on; whether it could. */
async function step(turn: Turn, settlement: Open): Promise<boolean> {
  const { pool, clock, bus } = turn;
  const { id, state } = settlement;
  if (state === 'FROZEN') return counted(turn, await rankNext(pool, id));
  if (state === 'RANKED') return counted(turn, await planNext(pool, id));
  if (state === 'PLANNED') {
    return (await payNext(turn, settlement)) || counted(turn, await isPaid(pool, id));
  }
  const [season] = await markPublished(pool, id, clock.now());
  if (season === undefined) return false; // Another node was faster.
  const message: LiveMessage = { boards: [season], members: [], final: [season] };
  bus.publish(message);
  return counted(turn, true);
}

function counted(turn: Turn, isDone: boolean): boolean {
  if (isDone) turn.done += 1;
  return isDone;
}

const isPaid = async (pool: Pool, id: number) => (await markPaid(pool, id)).length > 0;

/** Pays the next members, each in a command of its own; whether there were any. */
async function payNext(turn: Turn, { id, programId }: Open): Promise<boolean> {
  const { pool, engine, log, paidTo } = turn;
  const due = await findUnpaid(pool, id, paidTo.get(id) ?? 0, limits.jobMembersMax);
  const last = due.at(-1);
  if (last === undefined) return false;
  const viewer = { kind: 'system', programId, name: 'settlements' } as const;
  const results = await Promise.allSettled(
    due.map(({ memberId }) =>
      engine.run(payPrize, viewer, { member: { id: memberId }, settlementId: id }),
    ),
  );
  const failures = results.flatMap((result, at) =>
    result.status === 'rejected' ? [{ err: result.reason as unknown, ...due[at] }] : [],
  );
  const [first] = failures;
  const isOutage = failures.length === due.length && first?.err instanceof Unavailable;
  if (isOutage) throw first?.err; // Not each by itself.
  for (const failure of failures) {
    log.warn({ settlement: id, programId, ...failure }, 'a prize could not be paid yet');
  }
  paidTo.set(id, last.memberId);
  counted(turn, failures.length < due.length);
  return true;
}
