import { inTransaction, type Pool } from '../platform/db.ts';
import { checkActivityBoards } from './check-activity-boards.ts';
import { findBadgeDifference } from './check-badges.ts';
import { findChallengeDifference } from './check-challenges.ts';
import { checkMember } from './check-member.ts';
import { findSettlementDifference } from './check-settlements.ts';
import {
  findSeasonDifference,
  findStandingDifference,
  type Participants,
} from './check-standings.ts';
import { findTaskDifference } from './check-tasks.ts';
import { type Difference, type Finding, textOf } from './difference.ts';
import type { VerifiedBoard } from './expected-standings.ts';
import { type MemberRows, readMemberRows } from './member-rows.ts';
import { loadBoards, membersWithUnread } from './standings.sql.ts';
import { findStockDifference, nextMembers, type VerifiedProgram } from './verify.sql.ts';

export { loadPrograms, type VerifiedProgram } from './verify.sql.ts';

/** How much was verified. */
export type VerifyCounts = {
  members: number;
  entries: number;
  lots: number;
  allocations: number;
  checkIns: number;
  redemptions: number;
};

/** The end of a member's chain. */
export type ChainEnd = { readonly memberId: number; readonly seq: number; readonly head: Buffer };

export type VerifyTools = {
  readonly pool: Pool;
  readonly counts: VerifyCounts;
  /** Hears every chain that was proved, by member id. */
  readonly onChain: (program: VerifiedProgram, end: ChainEnd) => void | Promise<void>;
  /** Waits until the boards have read what there is; false when they do not come to it. */
  readonly waitForBoards: () => Promise<boolean>;
};

/** What was found: the first difference, and how many members' boards could not be compared. */
export type Verdict = { readonly difference?: Difference; readonly membersUnread: number };

const MEMBERS_PER_PAGE = 500;
/** So many members, or one with more entries, are held in memory together. */
const ENTRIES_PER_GROUP = 5_000;
const MEMBERS_PER_GROUP = 200;
const SECOND_LOOKS = 5;
/** Of what is about no single member. */
const nobody = { memberId: null, externalId: null };

/** Recomputes everything stored about a program's members from their rows, and compares. */
export async function verifyProgram(
  tools: VerifyTools,
  program: VerifiedProgram,
): Promise<Verdict> {
  const boards = await loadBoards(tools.pool, program.id);
  const participants: Participants = new Map();
  const look = (ids: readonly number[]) => verifyGroup(tools, program, boards, ids, participants);
  let unread: number[] = [];
  for await (const ids of memberGroups(tools.pool, program.id)) {
    const { difference, members, unreadIds } = await look(ids);
    if (difference !== undefined) return { difference, membersUnread: unread.length };
    unread.push(...unreadIds);
    for (const rows of members) {
      countRows(tools.counts, rows);
      const { seq, head } = rows.chain;
      if (head !== null) await tools.onChain(program, { memberId: rows.memberId, seq, head });
    }
  }
  for (let looks = 0; unread.length > 0 && looks < SECOND_LOOKS; looks += 1) {
    if (!(await tools.waitForBoards())) break;
    const again = unread;
    unread = [];
    for (let at = 0; at < again.length; at += MEMBERS_PER_GROUP) {
      const { difference, unreadIds } = await look(again.slice(at, at + MEMBERS_PER_GROUP));
      if (difference !== undefined) return { difference, membersUnread: unread.length };
      unread.push(...unreadIds);
    }
  }
  const season =
    (await findSeasonDifference(tools.pool, program.id, participants)) ??
    (await checkActivityBoards(tools.pool, program.id)) ??
    (await findSettlementDifference(tools.pool, program.id));
  if (season === undefined) {
    const contest = await findChallengeDifference(tools.pool, program.id);
    if (contest !== undefined) {
      const difference = differenceOf(program, nobody, contest);
      return { membersUnread: unread.length, difference };
    }
    const stock = await findStockDifference(tools.pool, program.id);
    const finding = stock && {
      what: `reward ${stock.rewardId}: stock`,
      expected: textOf(stock.expected),
      found: textOf(stock.found),
    };
    const difference = finding && differenceOf(program, nobody, finding);
    return { membersUnread: unread.length, ...(difference && { difference }) };
  }
  const { member, memberId, ...finding } = season;
  const difference = differenceOf(program, { memberId, externalId: member }, finding);
  return { difference, membersUnread: unread.length };
}

/** Member ids in groups that fit into memory, in order. */
async function* memberGroups(pool: Pool, programId: number): AsyncGenerator<number[]> {
  let afterId = 0;
  for (;;) {
    const page = await nextMembers(pool, programId, afterId, MEMBERS_PER_PAGE);
    let group: number[] = [];
    let entriesInGroup = 0;
    for (const { memberId, entries } of page) {
      const full =
        entriesInGroup + entries > ENTRIES_PER_GROUP || group.length >= MEMBERS_PER_GROUP;
      if (full && group.length > 0) {
        yield group;
        group = [];
        entriesInGroup = 0;
      }
      group.push(memberId);
      entriesInGroup += entries;
      afterId = memberId;
    }
    if (group.length > 0) yield group;
    if (page.length < MEMBERS_PER_PAGE) return;
  }
}

type GroupVerdict = {
  readonly difference?: Difference;
  readonly members: readonly MemberRows[];
  readonly unreadIds: readonly number[];
};

/** Verifies some members as one moment of the database has them: live traffic disturbs nothing. */
function verifyGroup(
  { pool }: VerifyTools,
  program: VerifiedProgram,
  boards: readonly VerifiedBoard[],
  memberIds: readonly number[],
  participants: Participants,
): Promise<GroupVerdict> {
  return inTransaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    const unread = await membersWithUnread(client, memberIds);
    const members = await readMemberRows(client, program.id, memberIds);
    for (const rows of members) {
      for (const finding of checkMember(program, rows)) {
        return { difference: differenceOf(program, rows, finding), members, unreadIds: [] };
      }
    }
    const read = members.filter(({ memberId }) => !unread.has(memberId));
    const found =
      (await findTaskDifference(client, program.id, members)) ??
      (await findBadgeDifference(client, program.id, memberIds)) ??
      (await findStandingDifference(client, boards, read, participants));
    const whose = members.find(({ memberId }) => memberId === found?.memberId);
    if (found !== undefined && whose !== undefined) {
      const difference = differenceOf(program, whose, found.finding);
      return { difference, members, unreadIds: [] };
    }
    return { members, unreadIds: [...unread] };
  });
}

function differenceOf(
  { key }: VerifiedProgram,
  { memberId, externalId }: { memberId: number | null; externalId: string | null },
  { what, entrySeq, expected, found }: Finding,
): Difference {
  const whose = { program: key, member: externalId, memberId };
  return { ...whose, what, entrySeq: entrySeq ?? null, expected, found };
}

function countRows(counts: VerifyCounts, rows: MemberRows): void {
  counts.members += 1;
  counts.entries += rows.chain.entries.length;
  counts.lots += rows.lots.length;
  counts.allocations += rows.allocations.length;
  counts.checkIns += rows.checkIns.length;
  counts.redemptions += rows.redemptions.length;
}
