/** How operators make, change and archive leaderboards. */
import type { KnownViewer } from '../auth/viewer.ts';
import { type Leaderboard, Prisma } from '../generated/prisma/client.ts';
import { limits } from '../limits.ts';
import { assert } from '../platform/assert.ts';
import type { Pool } from '../platform/db.ts';
import { parseOrRefuse } from '../platform/refusal.ts';
import {
  auditChange,
  changeSettings,
  type SettingsChange,
  type SettingsTools,
} from '../programs/change-settings.ts';
import { tiersFrom } from '../rewards/tiers-then.ts';
import { storedPrizes } from '../settlements/prizes.ts';
import { type Board, findBoard } from './board-reads.ts';
import {
  activityProblems,
  type BoardPatch,
  type BoardTerms,
  boardPatch,
  changedTerms,
  endProblems,
  historyProblems,
  type NewBoard,
  newBoard,
  prizesGivenProblems,
  refuseFor,
  termsProblems,
} from './board-terms.ts';
import {
  LeaderboardArchived,
  LeaderboardKeyTaken,
  LeaderboardNotFound,
  LeaderboardNotValid,
} from './boards.refusals.ts';
import { boardSeasonAt } from './seasons.ts';
import { STANDINGS } from './standings-consumer.ts';

export const createLeaderboardRefusals = [LeaderboardNotValid, LeaderboardKeyTaken];
export const updateLeaderboardRefusals = [
  LeaderboardNotFound,
  LeaderboardNotValid,
  LeaderboardArchived,
];
export const archiveLeaderboardRefusals = [LeaderboardNotFound, LeaderboardArchived];

export type BoardTools = SettingsTools & { readonly pool: Pool };

/**
 * Makes a leaderboard, with an audit row. It counts what happens from now on; what happened before
 * is counted by a backfill.
 */
export async function createLeaderboard(
  tools: BoardTools,
  viewer: KnownViewer,
  raw: NewBoard,
): Promise<Board> {
  const { key, metric, activityType, cadence, ...given } = parseOrRefuse(newBoard, raw);
  const { programId } = viewer;
  await changeSettings(tools, viewer, async (change) => {
    const { tx } = change;
    const now = await holdBoards(tools, change);
    const { latenessHours } = await tx.program.findUniqueOrThrow({ where: { id: programId } });
    const terms = changedTerms({ ...blank, settleDelayMinutes: latenessHours * 60 }, given, now);
    const tiers = await tiersFrom(change, terms.startsAt ?? now);
    refuseFor([
      ...activityProblems(metric, activityType),
      ...termsProblems(terms, { tiers, now }),
      ...endProblems(terms, now),
      ...prizesGivenProblems(given),
    ]);
    const where = { programId, key };
    if ((await tx.leaderboard.findFirst({ where })) !== null) throw new LeaderboardKeyTaken();
    await refuseTooMany(change);
    const settings = { metric, activityType: activityType ?? null, cadence };
    const countsFrom = justAfter(now);
    await tx.leaderboard.create({
      data: { ...where, ...settings, ...columnsOf(terms), countsFrom },
    });
    const after = toldOf({ ...settings, ...terms });
    await auditChange(change, 'createLeaderboard', targetOf(key), undefined, after);
  });
  return shown(tools, programId, key);
}

/** Changes settings that leave past rankings as they are, with an audit row. */
export async function updateLeaderboard(
  tools: BoardTools,
  viewer: KnownViewer,
  raw: BoardPatch,
): Promise<Board> {
  const { key, ...given } = parseOrRefuse(boardPatch, raw);
  await changeSettings(tools, viewer, async (change) => {
    const now = await holdBoards(tools, change);
    const board = await ownBoard(change, key);
    const before = termsOf(board);
    const wrong = prizesGivenProblems(given);
    const after = changedTerms(before, given, now);
    if (wrong.length === 0 && JSON.stringify(before) === JSON.stringify(after)) return;
    const tiers = await tiersFrom(change, after.startsAt ?? now);
    refuseFor([
      ...wrong,
      ...historyProblems(before, after, now),
      ...termsProblems(after, { tiers, now }),
    ]);
    await storeBoard(change, board, columnsOf(after), now);
    const target = targetOf(key);
    await auditChange(change, 'updateLeaderboard', target, toldOf(before), toldOf(after));
  });
  return shown(tools, viewer.programId, key);
}

/** Ends a leaderboard for good, with an audit row: its seasons stay readable. */
export async function archiveLeaderboard(
  tools: BoardTools,
  viewer: KnownViewer,
  raw: { readonly key: string },
): Promise<Board> {
  const { key } = parseOrRefuse(boardPatch.pick({ key: true }), raw);
  await changeSettings(tools, viewer, async (change) => {
    const now = await holdBoards(tools, change);
    const board = await ownBoard(change, key);
    await ensureSeason(change, board, now);
    const archivedAt = justAfter(now);
    await storeBoard(change, board, { archivedAt }, now);
    const before = { archivedAt: null };
    await auditChange(change, 'archiveLeaderboard', targetOf(key), before, toldOf({ archivedAt }));
  });
  return shown(tools, viewer.programId, key);
}

/** Facts of this very millisecond may have been passed already. */
export const justAfter = (now: Date) => new Date(now.getTime() + 1);

const blank: BoardTerms = {
  title: '',
  rankMode: 'COMPETITION',
  settleDelayMinutes: 0,
  tiers: [],
  tags: [],
  startsAt: null,
  endsAt: null,
  prizes: null,
};

const termsOf = (board: Leaderboard): BoardTerms => ({
  title: board.title,
  rankMode: board.rankMode,
  settleDelayMinutes: board.settleDelayMinutes,
  tiers: board.tiers,
  tags: board.tags,
  startsAt: board.startsAt,
  endsAt: board.endsAt,
  prizes: storedPrizes(board.prizes),
});

/** Terms as columns take them. */
const columnsOf = ({ prizes, ...terms }: BoardTerms) => ({
  ...terms,
  prizes: prizes === null ? Prisma.DbNull : toldOf(prizes),
});

export const targetOf = (key: string) => `leaderboard:${key}`;

/** As audit rows tell it. */
const toldOf = (settings: object): Prisma.InputJsonObject =>
  JSON.parse(JSON.stringify(settings)) as Prisma.InputJsonObject;

/**
 * Keeps the boards from counting until the change is done, so that every fact is counted either by
 * what was or by what is. Answers the time behind that.
 */
export async function holdBoards({ clock }: SettingsTools, { tx }: SettingsChange): Promise<Date> {
  await tx.$queryRaw`select position from cursor where consumer = ${STANDINGS} for update`;
  return clock.databaseNow({
    query: async (text) => ({ rows: await tx.$queryRawUnsafe<unknown[]>(text) }),
  });
}

/** The program's own leaderboard, which is in use. */
export async function ownBoard(
  { tx, programId }: SettingsChange,
  key: string,
): Promise<Leaderboard> {
  const board = await tx.leaderboard.findUnique({
    where: { programId_key: { programId, key } },
  });
  if (board === null) throw new LeaderboardNotFound();
  if (board.archivedAt !== null) throw new LeaderboardArchived(board.archivedAt);
  return board;
}

async function refuseTooMany({ tx, programId }: SettingsChange): Promise<void> {
  const boards = await tx.leaderboard.count({
    where: { programId, archivedAt: null, challenge: null },
  });
  if (boards < limits.programLeaderboardsMax) return;
  const message = `the program has ${boards} leaderboards in use: archive one first`;
  throw new LeaderboardNotValid([{ field: 'key', message }]);
}

/** Makes the season that runs: until it is frozen, facts of before may still come. */
async function ensureSeason({ tx, program }: SettingsChange, board: Leaderboard, now: Date) {
  const season = boardSeasonAt({ ...program, ...board }, now);
  if (season === undefined || season.startsAt >= now) return;
  const key = { leaderboardId: board.id, startsAt: season.startsAt };
  await tx.season.upsert({
    where: { leaderboardId_startsAt: key },
    create: { ...key, endsAt: season.endsAt, createdAt: now },
    update: {},
  });
}

/** Stores settings, and fits the seasons that are not over to them. */
async function storeBoard(
  { tx, program }: SettingsChange,
  { id, version }: Leaderboard,
  terms: ReturnType<typeof columnsOf> | { readonly archivedAt: Date },
  now: Date,
): Promise<void> {
  const data = { ...terms, version: version + 1 };
  const board = await tx.leaderboard.update({ where: { id }, data });
  const open = { leaderboardId: id, frozenAt: null };
  await tx.season.deleteMany({ where: { ...open, startsAt: { gt: now } } });
  const running = { ...open, OR: [{ endsAt: null }, { endsAt: { gt: now } }] };
  for (const season of await tx.season.findMany({ where: running })) {
    const planned = boardSeasonAt({ ...program, ...board }, season.startsAt)?.endsAt ?? null;
    const { archivedAt } = board;
    // One that begins as it ends would be none.
    const endsAt = archivedAt === null || archivedAt <= season.startsAt ? planned : archivedAt;
    await tx.season.update({ where: { id: season.id }, data: { endsAt } });
  }
}

async function shown({ pool }: BoardTools, programId: number, key: string): Promise<Board> {
  const board = await findBoard(pool, programId, { key });
  assert(board !== undefined, 'a leaderboard that was changed is there');
  return board;
}
