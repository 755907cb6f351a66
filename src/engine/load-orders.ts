/** Loads what commands about orders need; a batch without any sends nothing. */

import type { PoolClient } from '../platform/db.ts';
import { push } from '../platform/lists.ts';
import { type Held, hadKey, memberIdOf } from './held.ts';
import type { Request } from './load.ts';
import {
  type HadRow,
  loadFreeCodes,
  loadHad,
  loadOrderCodes,
  loadOrders,
  loadSpent,
  type OrderRow,
  type SpentRow,
} from './orders.sql.ts';
import type { CodeRow, LotRow } from './rows.ts';
import { settled } from './write.ts';

type Found = {
  readonly orders: readonly OrderRow[];
  readonly codes: readonly CodeRow[];
  readonly free: readonly CodeRow[];
  readonly spent: readonly SpentRow[];
  readonly had: readonly HadRow[];
};

const none = () => Promise.resolve([]);

/** Sends the statements, all at once; undefined when nothing is asked for. */
export function findOrders(
  client: PoolClient,
  held: Held,
  requests: readonly Request[],
): Promise<Found> | undefined {
  const about = requests.filter(
    ({ touches }) => touches.reward !== undefined || touches.redemption !== undefined,
  );
  if (about.length === 0) return undefined;
  const ids = about.flatMap(({ touches }) => touches.redemption ?? []);
  const refunded = about.flatMap(({ touches: { redemption, refunds } }) =>
    refunds === true && redemption !== undefined ? [redemption] : [],
  );
  const coupons = couponUnits(held, about);
  const limited = limitedPairs(held, about);
  return all(
    ids.length === 0 ? none() : loadOrders(client, ids),
    ids.length === 0 ? none() : loadOrderCodes(client, ids),
    coupons.size === 0
      ? none()
      : loadFreeCodes(client, [...coupons.keys()], [...coupons.values()], ids),
    refunded.length === 0 ? none() : loadSpent(client, refunded),
    limited.length === 0
      ? none()
      : loadHad(
          client,
          limited.map(([memberId]) => memberId),
          limited.map(([, rewardId]) => rewardId),
          held.now,
        ),
  );
}

async function all(
  ...sent: readonly [
    Promise<OrderRow[]>,
    Promise<CodeRow[]>,
    Promise<CodeRow[]>,
    Promise<SpentRow[]>,
    Promise<HadRow[]>,
  ]
): Promise<Found> {
  await settled(sent);
  const [orders, codes, free, spent, had] = await Promise.all(sent);
  return { orders, codes, free, spent, had };
}

/** Coupons of the batch, with the units that are bought at once and so are given their codes. */
function couponUnits(held: Held, about: readonly Request[]): Map<number, number> {
  const units = new Map<number, number>();
  for (const { touches } of about) {
    const reward = touches.reward === undefined ? undefined : held.rewards.get(touches.reward);
    if (reward?.kind !== 'COUPON') continue;
    const bought = reward.reserveMinutes === null ? (touches.redeems ?? 0) : 0;
    // More than there are need not be asked for.
    const most = Math.max(0, reward.stock ?? 0);
    units.set(reward.id, Math.min(most, (units.get(reward.id) ?? 0) + bought));
  }
  return units;
}

/** Members and rewards of which it matters what they had before. */
function limitedPairs(held: Held, about: readonly Request[]): [number, number][] {
  return about.flatMap(({ programId, touches }): [number, number][] => {
    const reward = touches.reward === undefined ? undefined : held.rewards.get(touches.reward);
    const memberId = memberIdOf(held, programId, touches.member);
    if (touches.redeems === undefined || memberId === undefined) return [];
    return reward === undefined || reward.limits.length === 0 ? [] : [[memberId, reward.id]];
  });
}

/** Puts into the batch what was found, once its lots are there. */
export function holdOrders(held: Held, { orders, codes, free, spent, had }: Found): void {
  for (const order of orders) held.orders.set(order.id, order);
  for (const code of codes) push(held.orderCodes, code.redemptionId ?? 0, code);
  for (const code of free) push(held.freeCodes, code.rewardId, code);
  const lots = spent.length === 0 ? undefined : knownLots(held);
  for (const { redemptionId, taken, ...row } of spent) {
    const key = lotKey(row);
    const lot = lots?.get(key) ?? row;
    lots?.set(key, lot);
    push(held.spent, redemptionId, { lot, taken });
  }
  for (const { memberId, rewardId, date, units } of had) {
    push(held.had, hadKey(memberId, rewardId), { date, units });
  }
}

export const lotKey = ({ memberId, seq }: LotRow) => `${memberId}/${seq}`;

/** One object for one lot, however it was found: all commands of the batch see each change. */
export function knownLots({ lots, origins }: Held): Map<string, LotRow> {
  const known = [
    ...[...lots.values()].flat(),
    ...[...origins.values()].flat().map(({ lot }) => lot),
  ];
  return new Map(known.map((lot) => [lotKey(lot), lot]));
}
