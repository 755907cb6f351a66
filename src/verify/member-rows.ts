import type {
  AllocationRow,
  CheckInRow,
  CodeRow,
  HoldLotRow,
  LotRow,
  RedemptionChangeRow,
  RedemptionRow,
} from '../engine/rows.ts';
import { settled } from '../engine/write.ts';
import type { PoolClient } from '../platform/db.ts';
import { ChainProof } from './chain-proof.ts';
import {
  readAttempts,
  readParts,
  type VerifiedAttempt,
  type VerifiedPart,
} from './challenges.sql.ts';
import type { DatedFact } from './check-dates.ts';
import {
  type AccountRow,
  loadAccounts,
  loadActivities,
  type PaidActivity,
  readAllocations,
  readChanges,
  readCheckIns,
  readCodes,
  readEntries,
  readLots,
  readPinned,
  readRedemptions,
} from './verify.sql.ts';

export type VerifiedCheckIn = DatedFact &
  Pick<CheckInRow, 'memberId' | 'planId' | 'streakDay' | 'points'>;
export type VerifiedRedemption = DatedFact &
  Pick<
    RedemptionRow,
    | 'memberId'
    | 'id'
    | 'rewardId'
    | 'kind'
    | 'quantity'
    | 'cancelledUnits'
    | 'state'
    | 'points'
    | 'entrySeq'
  >;
export type VerifiedChange = Pick<
  RedemptionChangeRow,
  'redemptionId' | 'position' | 'fromState' | 'toState' | 'units'
> & { readonly memberId: number };
/** A code that belongs to an order. */
export type VerifiedCode = Pick<CodeRow, 'id' | 'rewardId' | 'state'> & {
  readonly memberId: number;
  readonly redemptionId: number;
};

/** All rows of one member, as one moment of the database has them. */
export type MemberRows = {
  readonly memberId: number;
  /** Null: the account has no member. */
  readonly externalId: string | null;
  readonly account: AccountRow | null;
  readonly chain: ChainProof;
  readonly lots: LotRow[];
  readonly allocations: AllocationRow[];
  readonly pinned: HoldLotRow[];
  readonly checkIns: VerifiedCheckIn[];
  readonly redemptions: VerifiedRedemption[];
  readonly changes: VerifiedChange[];
  readonly codes: VerifiedCode[];
  /** Parts in challenges, and attempts at them by number. */
  readonly parts: VerifiedPart[];
  readonly attempts: VerifiedAttempt[];
  /** Paid activities by the source id of their entry. */
  readonly activities: Map<string, PaidActivity>;
};

/** Reads the members' rows; the caller's transaction makes them belong together. */
export async function readMemberRows(
  client: PoolClient,
  programId: number,
  memberIds: readonly number[],
): Promise<MemberRows[]> {
  const members = new Map<number, MemberRows>();
  for (const { memberId, externalId, account } of await loadAccounts(client, memberIds)) {
    members.set(memberId, {
      ...{ memberId, externalId, account, chain: new ChainProof() },
      ...{
        lots: [],
        allocations: [],
        pinned: [],
        checkIns: [],
        redemptions: [],
        changes: [],
        codes: [],
        parts: [],
        attempts: [],
        activities: new Map(),
      },
    });
  }
  const of = (row: { memberId: number }) => members.get(row.memberId);
  await settled([
    readEntries(client, memberIds, (row) => of(row)?.chain.add(row)),
    readLots(client, memberIds, (row) => of(row)?.lots.push(row)),
    readAllocations(client, memberIds, (row) => of(row)?.allocations.push(row)),
    readPinned(client, memberIds, (row) => of(row)?.pinned.push(row)),
    readCheckIns(client, memberIds, (row) => of(row)?.checkIns.push(row)),
    readRedemptions(client, memberIds, (row) => of(row)?.redemptions.push(row)),
    readChanges(client, memberIds, (row) => of(row)?.changes.push(row)),
    readCodes(client, memberIds, (row) => of(row)?.codes.push(row)),
    readParts(client, memberIds, (row) => of(row)?.parts.push(row)),
    readAttempts(client, memberIds, (row) => of(row)?.attempts.push(row)),
  ]);
  await addActivities(client, programId, members);
  return [...members.values()];
}

async function addActivities(
  client: PoolClient,
  programId: number,
  members: ReadonlyMap<number, MemberRows>,
): Promise<void> {
  const paid = [...members.values()].flatMap(({ memberId, chain }) =>
    chain.entries
      .filter(({ sourceType }) => sourceType === 'ACTIVITY')
      .map(({ sourceId }) => ({ memberId, sourceId })),
  );
  for (let at = 0; at < paid.length; at += ACTIVITIES_PER_READ) {
    const wanted = paid.slice(at, at + ACTIVITIES_PER_READ);
    for (const { ordinal, ...activity } of await loadActivities(
      client,
      programId,
      wanted.map(({ sourceId }) => sourceId),
    )) {
      const entry = wanted[ordinal - 1];
      if (entry !== undefined)
        members.get(entry.memberId)?.activities.set(entry.sourceId, activity);
    }
  }
}

const ACTIVITIES_PER_READ = 1_000;
