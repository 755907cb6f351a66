/** Locks and loads what a batch touches: one statement per kind of row, accounts first. */

import { assert } from '../platform/assert.ts';
import type { Clock } from '../platform/clock.ts';
import { type PoolClient, together } from '../platform/db.ts';
import { newInviteCode } from '../platform/ids.ts';
import type { ProgramConfigs } from '../programs/config.ts';
import {
  loadActivities,
  loadReceipts,
  lockMembers,
  lockMembersByExternalId,
  lockMembersById,
  openBatch,
} from './engine.sql.ts';
import { activityKey, externalKey, type Held } from './held.ts';
import { type ReceiptKey, receiptId, type StoredReceipt } from './idempotency.ts';
import { findChallenges, holdChallenges, lockAllChallenges } from './load-challenges.ts';
import { loadHistory } from './load-history.ts';
import { findOrders, holdOrders } from './load-orders.ts';
import type { Touches } from './operation.ts';
import { lockRewards } from './orders.sql.ts';
import { settled } from './write.ts';

/** What of a command decides which rows are loaded. */
export type Request = {
  readonly programId: number;
  readonly touches: Touches;
  readonly receipt: ReceiptKey | null;
};

export type Loaded = { readonly held: Held; readonly receipts: Map<string, StoredReceipt> };

/** No statement where there is nothing to ask for. */
export const nothing = () => Promise.resolve([]);
const unique = <T>(values: readonly T[]) => [...new Set(values)];

function lockAll(client: PoolClient, requests: readonly Request[]) {
  const byId = { programIds: [] as number[], ids: [] as number[] };
  const byExternalId = { programIds: [] as number[], externalIds: [] as string[] };
  const rewards = { programIds: [] as number[], ids: [] as number[] };
  for (const { programId, touches } of requests) {
    if ('id' in touches.member) {
      byId.programIds.push(programId);
      byId.ids.push(touches.member.id);
    } else {
      byExternalId.programIds.push(programId);
      byExternalId.externalIds.push(touches.member.externalId);
    }
    if (touches.reward !== undefined) {
      rewards.programIds.push(programId);
      rewards.ids.push(touches.reward);
    }
  }
  return [
    lockAccounts(client, byId, byExternalId),
    rewards.ids.length === 0 ? nothing() : lockRewards(client, rewards.programIds, rewards.ids),
    lockAllChallenges(client, requests),
  ] as const;
}

function lockAccounts(
  client: PoolClient,
  byId: { programIds: number[]; ids: number[] },
  byExternalId: { programIds: number[]; externalIds: string[] },
) {
  const { programIds, externalIds } = byExternalId;
  if (byId.ids.length === 0) return lockMembersByExternalId(client, programIds, externalIds);
  if (externalIds.length === 0) return lockMembersById(client, byId.programIds, byId.ids);
  return lockMembers(client, byId, byExternalId);
}

const idsOf = (text: string | null) => text?.split(',').map(Number) ?? [];

function loadKnown(client: PoolClient, requests: readonly Request[]) {
  const receipts = requests.flatMap(({ receipt }) => receipt ?? []);
  const activities = requests.flatMap(({ programId, touches }) =>
    touches.activity === undefined ? [] : { programId, ...touches.activity },
  );
  return [
    receipts.length === 0
      ? nothing()
      : loadReceipts(
          client,
          receipts.map((key) => key.programId),
          receipts.map((key) => key.operation),
          receipts.map((key) => key.scope),
          receipts.map((key) => key.key),
        ),
    activities.length === 0
      ? nothing()
      : loadActivities(
          client,
          activities.map((row) => row.programId),
          activities.map((row) => row.type),
          activities.map((row) => row.reference),
        ),
  ] as const;
}

const needsCode = ({ touches: { challenge } }: Request) =>
  challenge?.teamName !== undefined || challenge?.renewsCode === true;

const openAndLock = (client: PoolClient, requests: readonly Request[]) =>
  [
    client.query('begin'),
    ...lockAll(client, requests),
    ...loadKnown(client, requests),
    openBatch(client, unique(requests.map(({ programId }) => programId)), {
      events: requests.length,
      members: requests.filter(({ touches }) => touches.enrols).length,
      redemptions: requests.filter(({ touches }) => touches.redeems !== undefined).length,
      holds: requests.filter(({ touches }) => touches.holds).length,
      adjustments: requests.filter(({ touches }) => touches.asks).length,
      teams: requests.filter(({ touches }) => touches.challenge?.teamName !== undefined).length,
    }),
  ] as const;

/**
 * Opens the transaction and loads the batch. Everything that does not depend on another answer
 * is sent at once; the clock is read behind the locks, so `now` never runs back for a row.
 */
export async function loadBatch(
  client: PoolClient,
  clock: Clock,
  configs: Pick<ProgramConfigs, 'current'>,
  requests: readonly Request[],
): Promise<Loaded & { readonly txid: string }> {
  const sent = together(client, () => openAndLock(client, requests));
  await settled(sent);
  const [, members, rewards, challenges, receipts, activities, [opening]] = await Promise.all(sent);
  assert(opening !== undefined, 'a batch is opened');
  const versions = Object.entries(opening.versions ?? {});
  const programs = await configs.current(
    client,
    new Map(versions.map(([id, v]) => [Number(id), v])),
  );
  const now = clock.fromDatabase(opening.at);
  const held: Held = {
    now,
    programs,
    members: new Map(members.map((row) => [row.memberId, row])),
    memberIds: new Map(members.map((m) => [externalKey(m.programId, m.externalId), m.memberId])),
    rewards: new Map(rewards.map((row) => [row.id, row])),
    lots: new Map(),
    checkInDates: new Map(),
    checkInTimes: new Map(),
    paidDays: new Map(),
    debts: new Map(),
    earnedDays: new Map(),
    tierChanges: new Map(),
    pending: new Map(),
    budgets: new Map(),
    notices: new Map(),
    origins: new Map(),
    holds: new Map(),
    holdLots: new Map(),
    adjustments: new Map(),
    tasks: new Map(),
    payouts: new Map(),
    activities: new Map(
      activities.map((row) => [activityKey(row.programId, row.type, row.reference), row]),
    ),
    orders: new Map(),
    orderCodes: new Map(),
    freeCodes: new Map(),
    spent: new Map(),
    had: new Map(),
    challenges: new Map(challenges.map((row) => [row.id, row])),
    participants: new Map(),
    teams: new Map(),
    fees: new Map(),
    attempts: new Map(),
    eventPositions: idsOf(opening.events),
    newMemberIds: idsOf(opening.members),
    newRedemptionIds: idsOf(opening.redemptions),
    newHoldIds: idsOf(opening.holds),
    newAdjustmentIds: idsOf(opening.adjustments),
    newTeamIds: idsOf(opening.teams),
    newInviteCodes: requests.filter(needsCode).map(newInviteCode),
  };
  const orders = findOrders(client, held, requests);
  const played = findChallenges(client, held, requests);
  const history = loadHistory(client, held, requests);
  if (orders === undefined && played === undefined) await history;
  else await settled([history, orders ?? nothing(), played ?? nothing()]);
  if (orders !== undefined) holdOrders(held, await orders);
  if (played !== undefined) holdChallenges(held, await played);
  return {
    held,
    receipts: new Map(receipts.map((row) => [receiptId(row), row])),
    txid: opening.txid,
  };
}
