import type { App } from '../app.ts';
import { limits } from '../limits.ts';
import { findCheckpointDifference } from '../verify/check-against.ts';
import { CheckpointError, CheckpointWriter, proveCheckpoint } from '../verify/checkpoint.ts';
import { type Difference, describeDifference } from '../verify/difference.ts';
import {
  loadPrograms,
  type VerifiedProgram,
  type VerifyCounts,
  verifyProgram,
} from '../verify/verify-program.ts';
import { count, type Output, seconds } from './output.ts';
import { CliProblem, fileProblem } from './problem.ts';
import { waitForStandings } from './wait-for-standings.ts';
import { type Env, requireProgram, withApp } from './with-app.ts';

export type VerifyFlags = {
  readonly program?: string;
  /** Write a signed checkpoint to this file. */
  readonly checkpoint?: string;
  /** Compare with the checkpoint in this file. */
  readonly against?: string;
};

type Found = {
  readonly difference: Difference | undefined;
  readonly counts: VerifyCounts & { programs: number };
  /** Members whose standings could not be compared. */
  readonly membersUnread: number;
  /** The boards did not come to what had happened before, however long it was waited for. */
  readonly boardsStandStill: boolean;
  readonly checkpointChains: number | undefined;
};

/** `tallymark verify`: false when something stored is not what the rows give, or was not compared. */
export async function verify(env: Env, output: Output, flags: VerifyFlags): Promise<boolean> {
  const secret = checkpointSecret(env, flags);
  if (flags.against !== undefined) await prove(flags.against, secret);
  const startedAt = performance.now();
  const found = await withApp(env, (app) => verifyAll(app, output, flags, secret));
  return report(output, flags, found, performance.now() - startedAt);
}

function checkpointSecret(env: Env, { checkpoint, against }: VerifyFlags): string {
  const secret = env.TALLYMARK_CHECKPOINT_SECRET ?? '';
  if (secret !== '' || (checkpoint === undefined && against === undefined)) return secret;
  throw new CliProblem('TALLYMARK_CHECKPOINT_SECRET must be set: checkpoints are signed with it');
}

async function prove(file: string, secret: string): Promise<void> {
  try {
    await proveCheckpoint(file, secret);
  } catch (error) {
    if (error instanceof CheckpointError) throw new CliProblem(`${file}: ${error.message}`);
    throw fileProblem(file, error);
  }
}

async function verifyAll(
  app: App,
  output: Output,
  flags: VerifyFlags,
  secret: string,
): Promise<Found> {
  if (flags.program !== undefined) await requireProgram(app, flags.program);
  const programs = await loadPrograms(app.pool, flags.program ?? null);
  const writer =
    flags.checkpoint === undefined ? undefined : await createWriter(flags.checkpoint, secret);
  let checkpointChains: number | undefined;
  try {
    const found = await verifyPrograms(app, output, programs, writer);
    const difference = found.difference ?? (await findCut(app, programs, flags));
    if (difference === undefined) checkpointChains = await writer?.finish(app.clock.now());
    return { ...found, difference, checkpointChains };
  } finally {
    if (checkpointChains === undefined) await writer?.abandon();
  }
}

/** The first chain that does not pass through the given checkpoint. */
async function findCut(app: App, programs: readonly VerifiedProgram[], flags: VerifyFlags) {
  if (flags.against === undefined) return undefined;
  const only = flags.program === undefined ? null : programs;
  return findCheckpointDifference(app.pool, flags.against, only);
}

async function createWriter(file: string, secret: string): Promise<CheckpointWriter> {
  try {
    return await CheckpointWriter.create(file, secret);
  } catch (error) {
    throw fileProblem(file, error);
  }
}

async function verifyPrograms(
  app: App,
  output: Output,
  programs: readonly VerifiedProgram[],
  writer: CheckpointWriter | undefined,
) {
  const counts = {
    ...{ programs: 0, members: 0, entries: 0, lots: 0, allocations: 0, checkIns: 0 },
    redemptions: 0,
  };
  let boardsStandStill = false;
  const waitForBoards = async () => {
    const caughtUp = await waitForStandings(app, output, limits.verifyBoardsMs);
    boardsStandStill ||= !caughtUp;
    return caughtUp;
  };
  const tools = {
    ...{ pool: app.pool, counts, waitForBoards },
    onChain: ({ key }: VerifiedProgram, end: { memberId: number; seq: number; head: Buffer }) =>
      writer?.add({ program: key, ...end, head: end.head.toString('hex') }),
  };
  await waitForBoards();
  let membersUnread = 0;
  for (const program of programs) {
    const verdict = await verifyProgram(tools, program);
    membersUnread += verdict.membersUnread;
    if (verdict.difference !== undefined) {
      return { counts, membersUnread, boardsStandStill, difference: verdict.difference };
    }
    counts.programs += 1;
  }
  return { counts, membersUnread, boardsStandStill, difference: undefined };
}

function report(output: Output, flags: VerifyFlags, found: Found, ms: number): boolean {
  const { difference, counts, membersUnread, checkpointChains } = found;
  const notCompared = `${count(membersUnread)} members’ standings were not compared: the boards lag behind`;
  const isWhole = membersUnread === 0 || !found.boardsStandStill;
  const ok = difference === undefined && isWhole;
  const timed = { seconds: Math.round(ms) / 1000 };
  const document = {
    ...{ ok, ...counts, membersUnread, ...timed },
    ...(difference !== undefined && { difference }),
    ...(checkpointChains !== undefined && { checkpoint: flags.checkpoint, checkpointChains }),
  };
  if (difference !== undefined) {
    if (output.json) output.result(document, []);
    output.problem(describeDifference(difference));
    return false;
  }
  const lines = [
    `${count(counts.members)} members of ${count(counts.programs)} program(s): all as their rows say`,
    `${count(counts.entries)} entries, ${count(counts.lots)} lots, ` +
      `${count(counts.allocations)} allocations, ${count(counts.checkIns)} check-ins, ` +
      `${count(counts.redemptions)} redemptions`,
    seconds(ms),
  ];
  if (flags.against !== undefined) lines.push(`every chain passes through ${flags.against}`);
  if (checkpointChains !== undefined) {
    lines.push(`${count(checkpointChains)} chains signed in ${flags.checkpoint}`);
  }
  // Of those who are busy; others were compared.
  if (membersUnread > 0 && isWhole) lines.push(notCompared);
  output.result(document, lines);
  if (!isWhole) output.problem(`${notCompared} and do not catch up; the server’s log says why`);
  return isWhole;
}
