/** How operators make, change, end and cancel challenges. */
import { z } from 'zod';
import type { KnownViewer } from '../auth/viewer.ts';
import { positivePoints, shortText } from '../engine/inputs.ts';
import type { Challenge, Leaderboard, Prisma } from '../generated/prisma/client.ts';
import { holdBoards, justAfter } from '../leaderboards/change-board.ts';
import { limits } from '../limits.ts';
import type { Bus } from '../platform/bus.ts';
import { earlier } from '../platform/calendar.ts';
import { parseOrRefuse } from '../platform/refusal.ts';
import {
  auditChange,
  changeSettings,
  type SettingsChange,
  type SettingsTools,
} from '../programs/change-settings.ts';
import { tiersFrom } from '../rewards/tiers-then.ts';
import type { Problem } from '../rules/shapes.ts';
import { boardColumnsOf, boardKey, challengeColumnsOf, termsOf } from './challenge-rows.ts';
import {
  type ChallengePatch,
  type ChallengeTerms,
  challengePatch,
  changedTerms,
  clockProblems,
  fixedProblems,
  type NewChallenge,
  newChallenge,
  newTerms,
  prizesWrong,
  termsProblems,
} from './challenge-terms.ts';
import {
  ChallengeCancelled,
  ChallengeNotBegun,
  ChallengeNotFound,
  ChallengeNotValid,
  ChallengeOver,
} from './challenges.refusals.ts';
import { publishNext } from './publish-season.ts';

export const createChallengeRefusals = [ChallengeNotValid];
const changing = [ChallengeNotFound, ChallengeCancelled, ChallengeOver];
export const updateChallengeRefusals = [...changing, ChallengeNotValid];
export const cancelChallengeRefusals = changing;
export const endChallengeRefusals = [...changing, ChallengeNotBegun];

export type ChallengeTools = SettingsTools & { readonly bus: Bus };

/** Makes a challenge with the board that ranks it, with an audit row. Answers its id. */
export async function createChallenge(
  tools: ChallengeTools,
  viewer: KnownViewer,
  raw: NewChallenge,
): Promise<number> {
  const given = parseOrRefuse(newChallenge, raw);
  const { programId } = viewer;
  return changeSettings(tools, viewer, async (change) => {
    const { tx, actor } = change;
    const now = await holdBoards(tools, change);
    const { latenessHours } = await tx.program.findUniqueOrThrow({ where: { id: programId } });
    // Facts of this very millisecond may have been passed already.
    const startsAt = soonest(given.startsAt, now);
    const joinFrom = given.joinFrom ?? now;
    const terms = newTerms({ ...given, startsAt, joinFrom }, { now, latenessHours });
    refuseFor([
      ...termsProblems(terms, await tiersFrom(change, terms.startsAt)),
      ...prizesWrong(given, terms),
      ...clockProblems(undefined, terms, now),
      ...(await tooMany(change)),
    ]);
    const [row] = await tx.$queryRaw<{ id: bigint }[]>`select nextval('challenge_id_seq') as id`;
    const id = row?.id ?? 0n;
    const board = await tx.leaderboard.create({
      data: { programId, key: boardKey(id), ...boardColumnsOf(terms) },
    });
    const { endsAt } = terms;
    await tx.season.create({
      data: { leaderboardId: board.id, startsAt: terms.startsAt, endsAt, createdAt: now },
    });
    const made = { programId, leaderboardId: board.id, createdAt: now, createdBy: actor };
    await tx.challenge.create({ data: { id, ...made, ...challengeColumnsOf(terms) } });
    await auditChange(change, 'createChallenge', boardKey(id), undefined, toldOf(terms));
    return Number(id);
  });
}

/**
 * Changes settings, with an audit row: all of them before anybody has joined, afterwards those that
 * change nothing for who takes part.
 */
export async function updateChallenge(
  tools: ChallengeTools,
  viewer: KnownViewer,
  raw: ChallengePatch & { readonly challengeId: number },
): Promise<void> {
  const { challengeId: id, ...given } = parseOrRefuse(
    challengePatch.extend({ challengeId: positivePoints }),
    raw,
  );
  const told = await changeSettings(tools, viewer, async (change) => {
    const { tx } = change;
    const { challenge, board, now } = await hold(tools, change, id);
    if (challenge.endsAt <= now) throw new ChallengeOver(challenge.endsAt);
    const before = termsOf(challenge, board);
    const after = changedTerms(before, given);
    if (JSON.stringify(before) === JSON.stringify(after)) return undefined;
    const { id: challengeId, startsAt, kind, teams, participants } = challenge;
    const joined = await tx.challengeParticipant.findFirst({ where: { challengeId } });
    const why =
      startsAt <= now ? 'the challenge has begun' : joined === null ? null : 'somebody has joined';
    refuseFor([
      ...fixedProblems(before, after, { why, taken: kind === 'TEAM' ? teams : participants }),
      ...termsProblems(after, await tiersFrom(change, after.startsAt)),
      ...prizesWrong(given, after),
      ...clockProblems(before, after, now),
    ]);
    await store(change, challenge, board, after);
    const target = boardKey(challengeId);
    await auditChange(change, 'updateChallenge', target, toldOf(before), toldOf(after));
    return publishNext(tx, challenge.leaderboardId);
  });
  if (told !== undefined) tools.bus.publish(told);
}

const cancelInput = z.object({ challengeId: positivePoints, reason: shortText });

/**
 * Calls a challenge off, with an audit row: it is frozen and pays nothing, and a job gives the entry
 * fees back (S81). Until its standings are final.
 */
export async function cancelChallenge(
  tools: ChallengeTools,
  viewer: KnownViewer,
  raw: z.input<typeof cancelInput>,
): Promise<void> {
  const { challengeId: id, reason } = parseOrRefuse(cancelInput, raw);
  const told = await changeSettings(tools, viewer, async (change) => {
    const { challenge, now } = await hold(tools, change, id);
    const data = { cancelledAt: now, cancelReason: reason, version: { increment: 1 } };
    await change.tx.challenge.update({ where: { id: challenge.id }, data });
    const after = toldOf({ cancelledAt: now, reason });
    const target = boardKey(challenge.id);
    await auditChange(change, 'cancelChallenge', target, { cancelledAt: null }, after);
    return publishNext(change.tx, challenge.leaderboardId);
  });
  tools.bus.publish(told);
}

const endInput = z.object({ challengeId: positivePoints, reason: shortText.optional() });

/**
 * Ends a challenge that is under way, with an audit row: what happened until now counts, and it is
 * settled by that after its delay (S81).
 */
export async function endChallenge(
  tools: ChallengeTools,
  viewer: KnownViewer,
  raw: z.input<typeof endInput>,
): Promise<void> {
  const { challengeId: id, reason } = parseOrRefuse(endInput, raw);
  const told = await changeSettings(tools, viewer, async (change) => {
    const { challenge, board, now } = await hold(tools, change, id);
    if (challenge.startsAt > now) throw new ChallengeNotBegun(challenge.startsAt);
    if (challenge.endsAt <= now) throw new ChallengeOver(challenge.endsAt);
    const before = termsOf(challenge, board);
    const endsAt = justAfter(now); // Facts of this very millisecond may be counted already.
    const after = { ...before, endsAt, joinUntil: earlier(before.joinUntil, endsAt) };
    await store(change, challenge, board, after);
    const why = reason === undefined ? {} : { reason };
    const target = boardKey(challenge.id);
    const was = toldOf({ endsAt: before.endsAt });
    await auditChange(change, 'endChallenge', target, was, toldOf({ endsAt, ...why }));
    return publishNext(change.tx, challenge.leaderboardId);
  });
  tools.bus.publish(told);
}

/** An operator's “now” is a little old when it arrives. */
const soonest = (at: Date, now: Date) =>
  at <= now && now.getTime() - at.getTime() <= limits.rulePastToleranceMs ? justAfter(now) : at;

function refuseFor(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ChallengeNotValid(problems);
}

/** As audit rows tell it. */
const toldOf = (settings: object): Prisma.InputJsonObject =>
  JSON.parse(JSON.stringify(settings)) as Prisma.InputJsonObject;

async function tooMany({ tx, programId }: SettingsChange): Promise<Problem[]> {
  const open = { programId, cancelledAt: null };
  const board = { seasons: { some: { frozenAt: null } } };
  const challenges = await tx.challenge.count({ where: { ...open, leaderboard: board } });
  if (challenges < limits.programChallengesMax) return [];
  const message = `the program has ${challenges} challenges that are not over: wait for one`;
  return [{ field: 'title', message }];
}

/**
 * The challenge with its board, while nothing is counted and nobody joins; the time behind that.
 * Refuses one that was cancelled or is final.
 */
async function hold(tools: SettingsTools, change: SettingsChange, id: number) {
  const { tx, programId } = change;
  await holdBoards(tools, change);
  await tx.$queryRaw`select id from challenge where id = ${id} and program_id = ${programId} for update`;
  const found = await tx.challenge.findFirst({
    where: { id, programId },
    include: { leaderboard: { include: { seasons: true } } },
  });
  if (found === null) throw new ChallengeNotFound();
  const { leaderboard, ...challenge } = found;
  const { seasons, ...board } = leaderboard;
  if (challenge.cancelledAt !== null) throw new ChallengeCancelled(challenge.cancelledAt);
  if (seasons.some(({ frozenAt }) => frozenAt !== null)) throw new ChallengeOver(challenge.endsAt);
  // Behind the lock of the challenge: whoever joined before did so earlier.
  return { challenge, board, now: await holdBoards(tools, change) };
}

async function store(
  { tx }: SettingsChange,
  challenge: Challenge,
  board: Leaderboard,
  terms: ChallengeTerms,
): Promise<void> {
  const version = { increment: 1 };
  const data = { ...challengeColumnsOf(terms), version };
  await tx.challenge.update({ where: { id: challenge.id }, data });
  await tx.leaderboard.update({
    where: { id: board.id },
    data: { ...boardColumnsOf(terms), version },
  });
  const { startsAt, endsAt } = terms;
  await tx.season.updateMany({ where: { leaderboardId: board.id }, data: { startsAt, endsAt } });
}
