/**
 * Backfills (S21): facts from before a board are read from the log, chunk by chunk, into what they
 * add to each standing, and that is then added, some standings at a time. The board begins to count
 * facts of that time itself in the transaction that has read all it has passed: each fact is
 * counted once. A step says how far the run has come, so that a crash loses nothing; a dry run does
 * all of it but the adding.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '../limits.ts';
import type { Bus } from '../platform/bus.ts';
import type { Clock } from '../platform/clock.ts';
import type { Pool, PoolClient } from '../platform/db.ts';
import { inTransaction } from '../platform/db.ts';
import { ProgramConfigs } from '../programs/config.ts';
import { lockConsumer, readCursor, readPast } from '../projections/event-log.ts';
import { publishSeasons, putSums, seasonKey, seasonsOf, sumUp } from './apply-gains.ts';
import {
  type BoardBackfill,
  countSince,
  lockBoardBackfill,
  stageSums,
  storeBoardBackfill,
  sumStaged,
  takeStaged,
} from './backfill.sql.ts';
import { countFacts } from './count-facts.ts';
import { combiningOf } from './metrics.ts';
import type { BoardRow } from './seasons.sql.ts';
import { messagesFor, STANDINGS } from './standings-consumer.ts';

const EVENTS_PER_STEP = 2_000;
const STANDINGS_PER_STEP = 500;

type Tools = {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly bus: Pick<Bus, 'publish'>;
};

/** One step of one run. */
type Step = {
  readonly client: PoolClient;
  readonly configs: ProgramConfigs;
  readonly run: BoardBackfill;
  readonly board: BoardRow;
  readonly now: Date;
};

type Messages = readonly object[];

/** Works at runs for one turn; returns how many steps that took: 0 once none is left. */
export async function runBoardBackfills({ pool, clock, bus }: Tools): Promise<number> {
  const configs = new ProgramConfigs();
  const until = performance.now() + limits.jobTurnMs;
  let steps = 0;
  do {
    const messages = await inTransaction(pool, (client) => oneStep(client, configs, clock.now()));
    if (messages === undefined) break;
    steps += 1;
    for (const message of messages) bus.publish(message);
    // The boards were held up: let them go on in between.
    if (messages.length > 0) await sleep(2 * limits.projectionRetryMs);
  } while (performance.now() < until);
  return steps;
}

/** What to tell of a step; undefined when there is nothing to do. */
async function oneStep(
  client: PoolClient,
  configs: ProgramConfigs,
  now: Date,
): Promise<Messages | undefined> {
  const row = await lockBoardBackfill(client);
  if (row === undefined) return undefined;
  const step: Step = { client, configs, run: row, board: row, now };
  if (row.state === 'APPLYING') return apply(step);
  await scan(step);
  return [];
}

/** Reads the next events up to where the boards are; once there, the board takes over. */
async function scan(step: Step): Promise<void> {
  const { client, configs, run, board, now } = step;
  const read = async (until: Awaited<ReturnType<typeof readCursor>>) =>
    readPast(client, board.programId, run, until, EVENTS_PER_STEP);
  let events = await read(await readCursor(client, STANDINGS));
  const isNearEnd = events.length < EVENTS_PER_STEP;
  if (isNearEnd) events = await read(await lockConsumer(client, STANDINGS));
  const own = events.filter(({ programId }) => programId === board.programId);
  const then = { countsUntil: run.until, ...board, countsFrom: run.from };
  const gains = await countFacts({ client, configs, now, notes: !run.dryRun }, [then], own);
  const isRaise = combiningOf(board) === 'RAISE';
  if (gains.length > 0) await stageSums(client, run.runId, sumUp(gains), isRaise);
  const { txid, position } = events.at(-1) ?? run;
  const facts = run.facts + gains.filter(({ takesBack }) => !takesBack).length;
  const scanned = { ...run, txid, position, facts };
  if (!isNearEnd || events.length === EVENTS_PER_STEP) return store(client, scanned);
  const found = await sumStaged(client, run.runId, board.id);
  if (!run.dryRun) await countSince(client, board.id, run.from);
  return store(client, { ...scanned, ...found, state: 'APPLYING' });
}

const store = async (client: PoolClient, run: BoardBackfill) => {
  await storeBoardBackfill(client, run);
};

/** Adds what was found to the next standings, or in a dry run forgets it. */
async function apply({ client, run, board, now }: Step): Promise<Messages> {
  if (!run.dryRun) await lockConsumer(client, STANDINGS);
  const staged = await takeStaged(client, run.runId, STANDINGS_PER_STEP);
  if (staged.length === 0) {
    await storeBoardBackfill(client, { ...run, state: 'DONE', finishedAt: now });
    return [];
  }
  if (run.dryRun) return [];
  const wanted = staged.map(({ startsAt, endsAt }) => {
    return { leaderboardId: board.id, startsAt, endsAt };
  });
  const seasons = await seasonsOf(client, wanted, now);
  const sums = staged.flatMap(({ memberId, startsAt, score: amount, reachedAt }) => {
    const season = seasons.get(seasonKey(board.id, startsAt));
    if (season === undefined || season.frozenAt !== null) return []; // Final is final (S69).
    const combining = combiningOf(board);
    return [{ seasonId: season.id, memberId, amount, reachedAt, combining }];
  });
  const { changes } = await putSums(client, sums);
  return messagesFor(await publishSeasons(client, changes), []);
}
